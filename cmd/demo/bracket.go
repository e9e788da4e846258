package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// game is a match of a tournament as the API shows it.
type game struct {
	Local      string `json:"localTeamId"`
	Away       string `json:"awayTeamId"`
	LocalGoals int    `json:"localGoals"`
	AwayGoals  int    `json:"awayGoals"`
	Played     bool   `json:"played"`
}

// bracket is the games of each phase.
type bracket struct {
	Quarter []game `json:"quarter"`
	Semi    []game `json:"semi"`
	Final   []game `json:"final"`
}

// next is a game that is yet to be played, if there is one.
func (b bracket) next() (g game, over bool) {
	for _, phase := range [][]game{b.Quarter, b.Semi, b.Final} {
		for _, g := range phase {
			if !g.Played {
				return g, false
			}
		}
	}
	return game{}, true
}

func teamsOf(games []game) []string {
	var all []string
	for _, g := range games {
		all = append(all, g.Local, g.Away)
	}
	return all
}

func winners(games []game) []string {
	var all []string
	for _, g := range games {
		if g.LocalGoals > g.AwayGoals {
			all = append(all, g.Local)
		} else {
			all = append(all, g.Away)
		}
	}
	return all
}

// score is a result that is no draw.
func score() (local, away int) {
	loser := rand.IntN(4)
	winner := loser + 1 + rand.IntN(3)
	if rand.IntN(2) == 0 {
		return loser, winner
	}
	return winner, loser
}

// draw shows the phases beside each other, each game in the middle between the two that it comes from.
func (b bracket) draw(names map[string]string) string {
	const width = 20
	var rows [15][3]string
	for column, phase := range [][]game{b.Quarter, b.Semi, b.Final} {
		step := 4 << column
		for i, g := range phase {
			row := step/2 - 2 + i*step
			rows[row][column] = fmt.Sprintf("%-9s %d", names[g.Local], g.LocalGoals)
			rows[row+1][column] = fmt.Sprintf("%-9s %d", names[g.Away], g.AwayGoals)
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "  %-*s%-*s%s\n\n", width, "Quarter-finals", width, "Semi-finals", "Final")
	for _, row := range rows {
		text.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s%-*s%s", width, row[0], width, row[1], row[2]), " ") + "\n")
	}
	return text.String()
}
