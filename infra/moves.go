package main

import (
	"fmt"
	"slices"

	"github.com/foldstream/foldstream/topology"
)

// moving asks for a store that `foldstream migrate` can move into another stage's, as `cdk -c moves=on`. It is an option because
// each append is a transaction then, of four write units instead of one.
const moving = "on"

func checkMoves(moves string) error {
	if moves != "" && moves != moving {
		return fmt.Errorf("moves is %q: it is %s, or nothing for a store that stays where it is", moves, moving)
	}
	return nil
}

// withoutMoves takes from functions what they need to go by a move.
func withoutMoves(functions []topology.Function) []topology.Function {
	all := slices.Clone(functions)
	for i, f := range all {
		all[i].Grants = slices.DeleteFunc(slices.Clone(f.Grants), func(g topology.Grant) bool {
			return g == topology.HeedMove || g == topology.AppendGated
		})
	}
	return all
}
