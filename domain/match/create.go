package match

import (
	"github.com/foldstream/foldstream/domain/board"
	"github.com/foldstream/foldstream/es"
)

// Create makes a match. Only sagas send it.
type Create struct {
	MatchID   string     `json:"matchId"`
	CreatedBy string     `json:"createdBy"`
	Size      board.Size `json:"size"`
}

// DoCreate declares [Create].
var DoCreate = es.Internal[Create](Aggregate, "create-match")

// Stream implements [es.Command].
func (c Create) Stream() string { return c.MatchID }

// Validate implements [es.Command].
func (c Create) Validate() error {
	switch {
	case c.MatchID == "":
		return es.Invalid("matchId", "which match is it?")
	case c.CreatedBy == "":
		return es.Invalid("createdBy", "whose match is it?")
	}
	return c.Size.Validate()
}

// Decide gives [Created], nothing when the match has been created just so before, or [ErrMatchExists].
func (c Create) Decide(m Match, _ es.Env) ([]es.Event[Match], error) {
	switch {
	case m.Status != "" && m.CreatedBy == c.CreatedBy && m.Size == c.Size:
		return nil, nil
	case m.Status != "":
		return nil, ErrMatchExists
	}
	return []es.Event[Match]{Created{CreatedBy: c.CreatedBy, Size: c.Size}}, nil
}
