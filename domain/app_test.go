package domain

import "testing"

func TestApp(t *testing.T) {
	for _, c := range App.Commands() {
		t.Log(c.Name, c.Route)
	}
}
