package wallet

import (
	"strings"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/es"
)

// amount reads a member "amount". It is text in commands, so that the caller is told what is wrong with it.
func amount(text string) (money.Amount, error) {
	a, err := money.Parse(text)
	if err == nil && a.IsZero() {
		return a, es.Invalid("amount", "an amount is more than 0")
	}
	if err != nil {
		return a, es.Invalid("amount", "%v", err)
	}
	return a, nil
}

func checkAmount(text string) error {
	_, err := amount(text)
	return err
}

const maxID = 64 // characters; ids of wallets and transfers are UUIDs

// checkID refuses what can't be an id of ours, since it would become a part of a stream's name.
func checkID(field, id string) error {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	}
	if id == "" || len(id) > maxID || id[0] == '-' || strings.ContainsFunc(id, odd) {
		return es.Invalid(field, "this is not an id")
	}
	return nil
}
