// Package match is matches of Dots and Boxes: who plays, whose turn it is, and how it ends.
//
// A player's places are counted by package user; the sagas of this package carry the news from one to the other. The
// rules of the board itself are package board's.
package match

import (
	"slices"

	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// MaxPlayers is how many play a match: it starts when so many have joined.
const MaxPlayers = 2

// Status is how far a match has come. The zero value is that of a match that does not exist.
type Status string

// The statuses.
const (
	StatusNotStarted Status = "not-started"
	StatusPlaying    Status = "playing"
	StatusCancelled  Status = "cancelled"
	StatusFinished   Status = "finished"
)

// Player is somebody in a match, looking as on joining it.
type Player struct {
	ID     string `json:"id"`
	Name   string `json:"name" personal:"ID,erased=erased"`
	Avatar string `json:"avatar"`
	Color  string `json:"color"`
}

// Match is the state of a match.
type Match struct {
	CreatedBy string
	Size      board.Size
	Status    Status
	Players   []Player   // in order of joining
	Next      string     // id of the player whose turn it is
	Last      board.Line // that was drawn
	Board     board.Board
}

func (m Match) has(userID string) bool {
	return slices.ContainsFunc(m.Players, func(p Player) bool { return p.ID == userID })
}

// takes reports whether there is a seat for somebody. The creator's is kept free, since joining is a saga's step behind
// creating, and somebody else may be quicker.
func (m Match) takes(userID string) bool {
	seats := MaxPlayers - len(m.Players)
	if userID != m.CreatedBy && !m.has(m.CreatedBy) {
		seats--
	}
	return seats > 0
}

// after is the player whose turn follows, in order of joining.
func (m Match) after(userID string) string {
	i := slices.IndexFunc(m.Players, func(p Player) bool { return p.ID == userID })
	return m.Players[(i+1)%len(m.Players)].ID
}

// The refusals of matches.
var (
	ErrNoSuchMatch    = es.NotFound("NoSuchMatch", "there is no such match, or not yet")
	ErrMatchExists    = es.Conflict("MatchAlreadyExists", "there is another match with this id")
	ErrNotCreator     = es.Forbidden("NotCreator", "only who created the match may cancel it")
	ErrNotAPlayer     = es.Forbidden("NotAPlayer", "only the players of the match may take turns")
	ErrAlreadyJoined  = es.Conflict("AlreadyJoined", "you are in this match already")
	ErrMatchFull      = es.Conflict("MatchFull", "the match has all its players")
	ErrNotStarted     = es.Conflict("NotStarted", "the match has not started yet")
	ErrAlreadyStarted = es.Conflict("AlreadyStarted", "the match has started")
	ErrMatchCancelled = es.Conflict("MatchCancelled", "the match has been cancelled")
	ErrMatchIsOver    = es.Conflict("MatchIsOver", "the match is over")
	ErrNotYourTurn    = es.Conflict("NotYourTurn", "it is another player's turn")
	ErrLineTaken      = es.Conflict("LineTaken", "this line has been drawn")
	ErrOutOfBounds    = &es.Rejection{Code: "OutOfBounds", Kind: es.KindInvalid, Field: "from", Detail: "there is no such line on the board"}
)

// unended refuses a match that does not exist or has ended, whatever is to be done with it.
func (m Match) unended() error {
	switch m.Status {
	case "":
		return ErrNoSuchMatch
	case StatusCancelled:
		return ErrMatchCancelled
	case StatusFinished:
		return ErrMatchIsOver
	default:
		return nil
	}
}
