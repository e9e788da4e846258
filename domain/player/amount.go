package player

import (
	"regexp"

	"github.com/foldstream/foldstream/es"
)

// offers are the lives that an amount buys. Amounts are decimals with two places: they are compared, never computed with,
// so that they are exact.
var offers = map[string]int{
	"1.50":  1,
	"3.00":  2,
	"20.00": 25,
}

var amounts = regexp.MustCompile(`^0*([0-9]{1,9})(?:\.([0-9]{1,2}))?$`)

// canonical writes an amount of dollars in the one way that it is compared in: "3", "3.0" and "03.00" are all "3.00".
func canonical(amount string) (string, error) {
	parts := amounts.FindStringSubmatch(amount)
	if parts == nil {
		return "", es.Invalid("amount", `an amount of dollars is a decimal with two places at most, as in "1.50"`)
	}
	return parts[1] + "." + (parts[2] + "00")[:2], nil
}
