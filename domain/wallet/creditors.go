package wallet

import (
	"time"

	"github.com/foldstream/foldstream/domain/button"
	"github.com/foldstream/foldstream/es"
)

// Recently is how long ago somebody was credited at most who is listed by [ListButtonCreditors].
const Recently = 30 * 24 * time.Hour

// Creditor is a user who has been credited, or has clicked the button.
type Creditor struct {
	User       string     `json:"user"`
	Credits    int        `json:"credits"` // transfers that were received included
	LastCredit *time.Time `json:"lastCredit,omitempty"`
	Clicks     int        `json:"clicks"`
	FirstClick *time.Time `json:"firstClick,omitempty"`
	LastClick  *time.Time `json:"lastClick,omitempty"`
}

// ButtonCreditors is the view of who has been credited and has clicked the button, in the one order that all wallets'
// events and all clicks have.
var ButtonCreditors = es.ProjectFeed(
	"button-creditors",
	es.Into(
		Aggregate,
		func(e Credited, _ es.Meta) string { return e.Owner },
		func(c Creditor, e Credited, m es.Meta) Creditor { return c.credited(e.Owner, m) },
	),
	es.Into(
		Aggregate,
		func(e TransferReceived, _ es.Meta) string { return e.Owner },
		func(c Creditor, e TransferReceived, m es.Meta) Creditor { return c.credited(e.Owner, m) },
	),
	es.Into(
		button.Aggregate,
		func(e button.Clicked, _ es.Meta) string { return e.User },
		Creditor.clicked,
	),
).IndexedBy("both", Creditor.withBoth)

// credited keeps the latest time: events of different streams may have been committed by clocks that differ.
func (c Creditor) credited(user string, m es.Meta) Creditor {
	c.User = user
	c.Credits++
	if c.LastCredit == nil || c.LastCredit.Before(m.Time) {
		c.LastCredit = &m.Time
	}
	return c
}

func (c Creditor) clicked(e button.Clicked, m es.Meta) Creditor {
	c.User = e.User
	c.Clicks++
	if c.FirstClick == nil {
		c.FirstClick = &m.Time
	}
	c.LastClick = &m.Time
	return c
}

// withBoth lists who has both been credited and clicked, the latest credit first.
func (c Creditor) withBoth() []es.Key {
	if c.LastCredit == nil || c.FirstClick == nil {
		return nil
	}
	return []es.Key{{Partition: all, Sort: es.NewestFirst(*c.LastCredit, c.User)}}
}

// Recent lists who was credited in the last 30 days and has clicked the button, the latest credit first.
type Recent struct {
	Now string `from:"now"`
}

// Validate implements [es.Listing].
func (q Recent) Validate() error {
	_, err := time.Parse(time.RFC3339, q.Now)
	return err
}

// Page implements [es.Listing].
func (Recent) Page() (index, partition string) { return "both", all }

// Keep implements [es.Keeping].
func (q Recent) Keep(c Creditor) bool {
	now, err := time.Parse(time.RFC3339, q.Now)
	return err == nil && c.LastCredit != nil && !c.LastCredit.Before(now.Add(-Recently))
}

// ListButtonCreditors declares the query for [ButtonCreditors].
var ListButtonCreditors = es.List[Recent](ButtonCreditors, "list-button-creditors", "GET /button-creditors")
