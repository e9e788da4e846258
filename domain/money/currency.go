package money

import "github.com/foldstream/foldstream/es"

// Currency is the code of a currency. The zero value is none.
type Currency string

// The currencies.
const (
	CAD Currency = "CAD"
	USD Currency = "USD"
	EUR Currency = "EUR"
)

// quarters is what one of a currency is worth, in quarters of a euro: CAD 0.5, USD 0.75, EUR 1, exactly.
var quarters = map[Currency]int64{CAD: 2, USD: 3, EUR: 4}

// Validate refuses what is not a currency.
func (c Currency) Validate() error {
	if quarters[c] == 0 {
		return es.Invalid("currency", "a currency is CAD, USD or EUR")
	}
	return nil
}

// InEuro is what an amount of a currency is worth in euro, by a fixed table, to four places. A half of the last place is
// rounded to the even neighbour, so that many amounts together are neither favoured nor cut. It serves to compare, not to
// exchange: money is never moved by it.
func (a Amount) InEuro(from Currency) Amount {
	whole, rest := a.parts*quarters[from]/4, a.parts*quarters[from]%4
	if rest == 3 || rest == 2 && whole%2 == 1 {
		whole++
	}
	return Amount{whole}
}
