// Package money is exact amounts of money: decimals with four places, counted in whole ten-thousandths. There are no
// floats, and no arithmetic that rounds but the conversion between currencies.
//
// Amounts are never negative: a debt is no amount, but a question of who owes it to whom.
package money

import (
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Sources are this package's, for the snapshots of folds that reckon in money.
//
//go:embed *.go
var Sources embed.FS

const (
	places = 4
	unit   = 10_000 // of the smallest parts

	wholeDigits = 12 // of the largest amount
)

// Max is the largest amount: a little less than a million millions. Twice as much still fits in the integer behind it.
var Max = Amount{unit*1_000_000_000_000 - 1}

// Amount is an amount of money in some currency, from 0 to [Max]. It is written as a decimal in a string, in JSON too,
// since a JSON number is a float to many that read it. The canonical text has as many digits as are needed: "12.5", "0".
type Amount struct{ parts int64 }

// What is wrong with a text, or comes of a calculation, that is no amount.
var (
	ErrNotDecimal    = errors.New(`an amount is written like "12.5": digits, and behind a point up to 4 more`)
	ErrTooManyPlaces = errors.New("an amount has at most 4 digits behind the point")
	ErrTooLarge      = fmt.Errorf("an amount is at most %v", Max)
	ErrNegative      = errors.New("an amount is not negative")
)

// Parse reads a decimal: digits without leading zeros, and perhaps a point with one to four more. It takes no sign, no
// exponent, no space, and no grouping, and gives [ErrNotDecimal], [ErrTooManyPlaces] or [ErrTooLarge] for what it can't read.
func Parse(text string) (Amount, error) {
	whole, fraction, point := strings.Cut(text, ".")
	switch {
	case strings.HasPrefix(text, "-") && isNumber(whole[1:]) && (!point || isNumber(fraction)):
		return Amount{}, ErrNegative
	case !isNumber(whole) || point && !isNumber(fraction) || len(whole) > 1 && whole[0] == '0':
		return Amount{}, ErrNotDecimal
	case len(fraction) > places:
		return Amount{}, ErrTooManyPlaces
	case len(whole) > wholeDigits:
		return Amount{}, ErrTooLarge
	}
	parts, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	if err != nil {
		return Amount{}, ErrNotDecimal // not with so many digits
	}
	return Amount{parts}, nil
}

// MustParse is [Parse] for texts that stand in the program.
func MustParse(text string) Amount {
	a, err := Parse(text)
	if err != nil {
		panic(fmt.Sprintf("money.MustParse(%q): %v", text, err))
	}
	return a
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String is the canonical text.
func (a Amount) String() string {
	whole := strconv.FormatInt(a.parts/unit, 10)
	if a.parts%unit == 0 {
		return whole
	}
	return whole + "." + strings.TrimRight(fmt.Sprintf("%0*d", places, a.parts%unit), "0")
}

// Padded is a text whose order is that of amounts.
func (a Amount) Padded() string { return fmt.Sprintf("%0*d", wholeDigits+places, a.parts) }

// MarshalText implements [encoding.TextMarshaler].
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (a *Amount) UnmarshalText(text []byte) (err error) {
	*a, err = Parse(string(text))
	return err
}

// IsZero reports whether the amount is nothing.
func (a Amount) IsZero() bool { return a.parts == 0 }

// Less reports whether the amount is the smaller one.
func (a Amount) Less(than Amount) bool { return a.parts < than.parts }

// Plus gives the sum, or [ErrTooLarge].
func (a Amount) Plus(b Amount) (Amount, error) {
	sum := Amount{a.parts + b.parts}
	if Max.Less(sum) {
		return Amount{}, ErrTooLarge
	}
	return sum, nil
}

// Minus gives the difference, or [ErrNegative].
func (a Amount) Minus(b Amount) (Amount, error) {
	if a.Less(b) {
		return Amount{}, ErrNegative
	}
	return Amount{a.parts - b.parts}, nil
}
