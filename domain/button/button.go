// Package button is a button, and who has clicked it.
package button

import "github.com/foldstream/foldstream/es"

// Clicks is the state of somebody's clicking. There is nothing that a click depends on.
type Clicks struct{}

// Aggregate is the fold of clicks. Its streams are the users': a person clicks one after the other, so that nothing is
// done for those who come at the same moment.
var Aggregate = es.Of("button", es.On[Clicked]("ButtonClicked")).Plain().
	CarriedOver(func(Clicks) []es.Event[Clicks] { return nil })

// Clicked says that a user clicked the button.
type Clicked struct {
	User string `json:"user"`
}

// Evolve implements [es.Event].
func (Clicked) Evolve(c Clicks) Clicks { return c }

// Click is a click on the button by the caller.
type Click struct {
	User string `json:"-" from:"invoker"`
}

// DoClick declares [Click].
var DoClick = es.Handles[Click](Aggregate, "click-button", "POST /button/clicks")

// Stream implements [es.Command].
func (c Click) Stream() string { return c.User }

// Validate implements [es.Command].
func (c Click) Validate() error { return nil }

// Decide gives [Clicked], each time.
func (c Click) Decide(Clicks, es.Env) ([]es.Event[Clicks], error) {
	return []es.Event[Clicks]{Clicked(c)}, nil
}
