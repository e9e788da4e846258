package sqlite

import (
	"context"
	"fmt"
	"strconv"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Upcoming implements [engine.Agenda], in the order in which timers come next: those that failed come again later than they
// were due. A cursor that no page gave is an [es.Rejection].
func (db *DB) Upcoming(ctx context.Context, after string, limit int) (page engine.Upcoming, err error) {
	time, id, ok := parseCursor(after)
	next, badTime := int64(0), error(nil)
	if after != "" {
		next, badTime = strconv.ParseInt(time, 10, 64)
	}
	if !ok || badTime != nil {
		return page, es.Invalid("cursor", "this is no cursor of a list")
	}
	last := ""
	err = db.events.read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, `SELECT lanes.next, lanes.lane, errands.errand FROM lanes JOIN errands USING (list, lane)
			WHERE list = ? AND (lanes.next, lanes.lane) > (?, ?) ORDER BY lanes.next, lanes.lane`+upTo, func(stmt *sqlite.Stmt) error {
			if len(page.Errands) == limit {
				page.Next = last
				return nil
			}
			var e engine.Errand
			last = cursor(strconv.FormatInt(stmt.ColumnInt64(0), 10), stmt.ColumnText(1))
			if err := es.Decode([]byte(stmt.ColumnText(2)), &e); err != nil {
				return fmt.Errorf("decode the timer %s: %w", stmt.ColumnText(1), err)
			}
			page.Errands = append(page.Errands, e)
			return nil
		}, db.timers.list, next, id, limit+1)
	})
	if err != nil {
		return engine.Upcoming{}, fmt.Errorf("list the timers: %w", err)
	}
	return page, nil
}
