// Package cost tells what a system costs on AWS, from its declarations, the calls that its operations are counted to make, and
// dated prices. Nothing here asks AWS: a bill depends on how a system is used, and every assumption of that is an input.
package cost

import (
	"cmp"
	"slices"
)

// Line is one thing that is paid for.
type Line struct {
	Part  string  `json:"part"` // of the system
	Price Price   `json:"price"`
	Units float64 `json:"units"`
}

// Dollars is what the line costs.
func (l Line) Dollars() float64 { return l.Units * l.Price.Each() }

// Bill is what something costs, once.
type Bill []Line

func (b *Bill) add(part string, p Price, units float64) {
	if units > 0 {
		*b = append(*b, Line{part, p, units})
	}
}

// take adds an operation on the tables, some times.
func (b *Bill) take(part string, o Operation, s Sizes, times float64) {
	c := o.Capacity(s).Times(times)
	b.add(part, WriteUnit, c.Write)
	b.add(part, ReadUnit, c.Read)
}

// Times multiplies a bill.
func (b Bill) Times(n float64) Bill {
	many := slices.Clone(b)
	for i := range many {
		many[i].Units *= n
	}
	return many
}

// Dollars is what a bill comes to.
func (b Bill) Dollars() float64 {
	var all float64
	for _, l := range b {
		all += l.Dollars()
	}
	return all
}

// Capacity is what of a bill is DynamoDB's capacity.
func (b Bill) Capacity() Capacity {
	var c Capacity
	for _, l := range b {
		switch l.Price {
		case WriteUnit:
			c.Write += l.Units
		case ReadUnit:
			c.Read += l.Units
		}
	}
	return c
}

// Sum is what lines that are alike cost together.
type Sum struct {
	Of      string  `json:"of"`
	Dollars float64 `json:"dollars"`
}

// By sums the lines of a bill up, the dearest first.
func (b Bill) By(of func(Line) string) []Sum {
	var sums []Sum
	for _, l := range b {
		n := slices.IndexFunc(sums, func(s Sum) bool { return s.Of == of(l) })
		if n < 0 {
			sums, n = append(sums, Sum{Of: of(l)}), len(sums)
		}
		sums[n].Dollars += l.Dollars()
	}
	slices.SortStableFunc(sums, func(a, b Sum) int { return cmp.Compare(b.Dollars, a.Dollars) })
	return sums
}

// ByComponent names the service that a line is paid to.
func ByComponent(l Line) string { return l.Price.Component }

// ByPart names the part of the system that a line is for.
func ByPart(l Line) string { return l.Part }

// Units are how many units of a price a bill has.
func (b Bill) Units(p Price) float64 {
	var all float64
	for _, l := range b {
		if l.Price == p {
			all += l.Units
		}
	}
	return all
}
