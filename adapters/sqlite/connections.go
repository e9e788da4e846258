package sqlite

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Connect implements [engine.Connections].
func (db *DB) Connect(ctx context.Context, c engine.Connection) error {
	roles, err := es.Encode(c.Roles)
	if err != nil {
		return fmt.Errorf("encode the roles of connection %s: %w", c.ID, err)
	}
	return db.change(ctx, "connect "+c.ID, "INSERT OR REPLACE INTO connections (id, user, roles, expires, opened) VALUES (?, ?, ?, ?, ?)",
		c.ID, c.User, string(roles), c.Expires.UnixMilli(), c.Opened.UnixMilli())
}

// Disconnect implements [engine.Connections].
func (db *DB) Disconnect(ctx context.Context, id string) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		if err := exec(conn, "DELETE FROM subscriptions WHERE connection = ?", id); err != nil {
			return err
		}
		return exec(conn, "DELETE FROM connections WHERE id = ?", id)
	})
	if err != nil {
		return fmt.Errorf("disconnect %s: %w", id, err)
	}
	return nil
}

// Connection implements [engine.Connections].
func (db *DB) Connection(ctx context.Context, id string) (engine.Connection, error) {
	found, err := db.connections(ctx, "WHERE id = ?", id)
	if err != nil {
		return engine.Connection{}, err
	}
	if len(found) == 0 {
		return engine.Connection{}, fmt.Errorf("find connection %s: %w", id, engine.ErrGone)
	}
	return found[0], nil
}

// OfUser implements [engine.Connections].
func (db *DB) OfUser(ctx context.Context, user string) ([]engine.Connection, error) {
	return db.connections(ctx, "WHERE user = ?", user)
}

// OfTopic implements [engine.Connections].
func (db *DB) OfTopic(ctx context.Context, topic engine.Topic) ([]engine.Connection, error) {
	return db.connections(ctx, "JOIN subscriptions ON connection = id WHERE topic = ?", string(topic))
}

// Subscribe implements [engine.Connections].
func (db *DB) Subscribe(ctx context.Context, id string, topic engine.Topic) error {
	return db.change(ctx, "subscribe "+id, "INSERT OR IGNORE INTO subscriptions (topic, connection) VALUES (?, ?)", string(topic), id)
}

// Unsubscribe implements [engine.Connections].
func (db *DB) Unsubscribe(ctx context.Context, id string, topic engine.Topic) error {
	return db.change(ctx, "unsubscribe "+id, "DELETE FROM subscriptions WHERE topic = ? AND connection = ?", string(topic), id)
}

func (db *DB) connections(ctx context.Context, condition, arg string) (found []engine.Connection, err error) {
	err = db.state.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, "SELECT id, user, roles, expires, opened FROM connections "+condition, func(stmt *sqlite.Stmt) error {
			c := engine.Connection{ID: stmt.ColumnText(0), User: stmt.ColumnText(1), Expires: moment(stmt, 3), Opened: moment(stmt, 4)}
			if err := es.Decode([]byte(stmt.ColumnText(2)), &c.Roles); err != nil {
				return fmt.Errorf("decode the roles of %s: %w", c.ID, err)
			}
			found = append(found, c)
			return nil
		}, arg)
	})
	if err != nil {
		return nil, fmt.Errorf("find connections: %w", err)
	}
	return found, nil
}

// forgetConnections removes all connections.
func (db *DB) forgetConnections(ctx context.Context) error {
	err := db.state.write(ctx, func(conn *sqlite.Conn) error {
		if err := exec(conn, "DELETE FROM subscriptions"); err != nil {
			return err
		}
		return exec(conn, "DELETE FROM connections")
	})
	if err != nil {
		return fmt.Errorf("forget the connections of the last process: %w", err)
	}
	return nil
}
