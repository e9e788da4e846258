package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// arcade is the story of a room.
type arcade struct {
	stage
	mario, luigi *person // ids are user names
	peach        *person // who only looks on
	room         string
}

// hero is a player as the API shows them.
type hero struct {
	Lives  int  `json:"lives"`
	Deaths int  `json:"deaths"`
	Alive  bool `json:"alive"`
}

func playRoom(ctx context.Context, s stage) error {
	a := &arcade{stage: s}
	fmt.Println("Mario and Luigi sign up to play, and Peach to look on.")
	for _, role := range []struct {
		name string
		who  **person
	}{{"Mario", &a.mario}, {"Luigi", &a.luigi}, {"Peach", &a.peach}} {
		who, err := a.signUp(ctx, role.name)
		if err != nil {
			return err
		}
		defer who.socket.Close()
		*role.who = who
	}
	return inTurn(ctx, a.subscribe, a.buy, a.open, a.respawn, a.eject, a.exit)
}

// signUp makes an account in the arcade.
func (a *arcade) signUp(ctx context.Context, name string) (*person, error) {
	const password = "it is me, the plumber"
	nobody := &client.Client{Base: a.url}
	username := name + "_" + a.tag
	made, err := nobody.Command(ctx, http.MethodPost, "/accounts", map[string]string{"username": username, "password": password}, nil)
	if err != nil {
		return nil, err
	}
	var issued token.Token
	input := map[string]string{"password": password, "browserFingerprint": "demo"}
	if _, err := nobody.Command(ctx, http.MethodPost, "/accounts/"+username+"/log-ins", input, &issued); err != nil {
		return nil, err
	}
	return a.listening(ctx, &person{Client: &client.Client{Base: a.url, Token: issued.Token}, id: made.ID, name: name})
}

// subscribe has Peach hear of events by their names, whichever room they are of.
func (a *arcade) subscribe(ctx context.Context) error {
	for _, event := range []string{"PlayerRespawned", "PlayerEjected", "RoomClosed"} {
		if err := a.peach.socket.Send(ctx, handler.Message{Action: "subscribe", Event: event}); err != nil {
			return err
		}
		if _, err := a.peach.hear(ctx, "Subscribed", everything); err != nil {
			return err
		}
	}
	return nil
}

// buy has both buy lives; Luigi can't afford what he wants.
func (a *arcade) buy(ctx context.Context) error {
	fmt.Println("\nMario buys a life. Luigi offers what buys nothing, and has none.")
	pay := func(who *person, amount string) (handler.Accepted, error) {
		return who.Command(ctx, http.MethodPost, "/players/"+who.id+"/payments", map[string]string{"amount": amount}, nil)
	}
	paid, err := pay(a.mario, "1.50")
	if err != nil {
		return err
	}
	if _, err := a.mario.hear(ctx, "LivesGranted", of(paid.TraceID)); err != nil {
		return err
	}
	_, err = pay(a.luigi, "2")
	if err := refused(err, "AmountNotOffered"); err != nil {
		return err
	}
	return a.lives(ctx, a.mario, paid.Version+1, hero{Lives: 1, Alive: true})
}

// lives checks how a player fares.
func (a *arcade) lives(ctx context.Context, who *person, version uint64, want hero) error {
	var h hero
	if err := who.Get(ctx, fmt.Sprintf("/players/%s?min-version=%d", who.id, version), &h); err != nil {
		return err
	}
	fmt.Printf("  %s has %d lives and died %d times\n", who.name, h.Lives, h.Deaths)
	return is("the state of "+who.name, h, want)
}

// open opens a room. It is answered before it is decided.
func (a *arcade) open(ctx context.Context) error {
	fmt.Println("\nMario opens a room for both. It has one writer: the command is queued, and its outcome comes later.")
	players := map[string][]string{"playerIds": {a.mario.id, a.luigi.id}}
	answer, err := a.mario.Do(ctx, http.MethodPost, "/rooms", players, "Idempotency-Key", engine.NewID())
	if err != nil {
		return err
	}
	var accepted handler.Accepted
	if err := es.Decode(answer.Body, &accepted); err != nil {
		return err
	}
	fmt.Printf("  %d, Location %s\n", answer.Status, answer.Header.Get("Location"))
	if err := is("the status", answer.Status, http.StatusAccepted); err != nil {
		return err
	}
	a.room = accepted.ID
	if _, err := a.mario.hear(ctx, "RoomOpened", of(accepted.TraceID)); err != nil {
		return err
	}
	return a.mario.trace(ctx, accepted.TraceID, "RoomOpened")
}

// here is about the outcomes of the story's own room.
func (a *arcade) here(o engine.Outcome) bool { return o.AggregateID == es.NewStreamID("room", a.room) }

// die has a player die, and Peach hear what the room makes of it.
func (a *arcade) die(ctx context.Context, who *person, outcome string) (engine.Outcome, error) {
	if _, err := who.Command(ctx, http.MethodPost, "/players/"+who.id+"/deaths", nil, nil); err != nil {
		return engine.Outcome{}, err
	}
	return a.peach.hear(ctx, outcome, a.here)
}

func (a *arcade) respawn(ctx context.Context) error {
	fmt.Println("\nMario dies, and is brought back for his life.")
	if _, err := a.die(ctx, a.mario, "PlayerRespawned"); err != nil {
		return err
	}
	// He signed up, logged in, paid, was granted a life, died, and spent it.
	return a.lives(ctx, a.mario, 6, hero{Deaths: 1, Alive: true})
}

// ejected is what a room says of who is not in it any more.
type ejected struct {
	PlayerID string `json:"playerId"`
	Reason   string `json:"reason"`
}

func (a *arcade) eject(ctx context.Context) error {
	fmt.Println("\nLuigi dies. He has no life to come back with, and is ejected.")
	heard, err := a.die(ctx, a.luigi, "PlayerEjected")
	if err != nil {
		return err
	}
	return a.was(heard, a.luigi, "NoLivesLeft")
}

func (a *arcade) was(heard engine.Outcome, who *person, reason string) error {
	var e ejected
	if err := es.Decode(heard.Payload, &e); err != nil {
		return err
	}
	return is("who was ejected", e, ejected{PlayerID: who.id, Reason: reason})
}

func (a *arcade) exit(ctx context.Context) error {
	fmt.Println("\nMario exits. With the last player the room closes.")
	if _, err := a.mario.Command(ctx, http.MethodPost, "/players/"+a.mario.id+"/exits", nil, nil); err != nil {
		return err
	}
	heard, err := a.peach.hear(ctx, "PlayerEjected", a.here)
	if err != nil {
		return err
	}
	if err := a.was(heard, a.mario, "exited"); err != nil {
		return err
	}
	if heard, err = a.peach.hear(ctx, "RoomClosed", a.here); err != nil {
		return err
	}
	var room struct {
		Status      string `json:"status"`
		CloseReason string `json:"closeReason"`
	}
	if err := a.peach.Get(ctx, fmt.Sprintf("/rooms/%s?min-version=%d", a.room, heard.Version), &room); err != nil {
		return err
	}
	fmt.Printf("  GET /rooms/%s: %s, since it is %s\n", a.room, room.Status, room.CloseReason)
	return errors.Join(is("the status", room.Status, "closed"), is("the reason", room.CloseReason, "empty"))
}
