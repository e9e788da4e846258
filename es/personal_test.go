package es_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/es"
)

type guest struct {
	ID   nick   `json:"id"`
	Name nick   `json:"name" personal:"ID,erased=gone"`
	Note string `json:"note,omitzero" personal:"stream"`
}

type nick string

type address struct {
	Street string `json:"street" personal:"id"`
	Town   string `json:"town"`
}

type partyGiven struct {
	address
	Host   *guest     `json:"host,omitempty"`
	Guests [][]*guest `json:"guests"`
	Secret string     `personal:"id"`
}

func (partyGiven) Evolve(s string) string { return s }

var parties = es.Of("party", es.On[partyGiven]("PartyGiven"), es.On[partyEnded]("PartyEnded"))

type partyEnded struct {
	At string `json:"at"`
}

func (partyEnded) Evolve(s string) string { return s }

func TestPersonalTexts(t *testing.T) {
	ann, bob := &guest{ID: "ann", Name: `A "n" n`}, &guest{ID: "bob", Name: "Böb", Note: "snores"}
	recorded, err := parties.Record([]es.Event[string]{
		partyGiven{address: address{Street: "Here 1", Town: "Hereby"}, Host: ann, Guests: [][]*guest{{bob, nil}, {}, {ann}}}, partyEnded{At: "night"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []es.PersonalText
	data, err := recorded[0].Personal.Replace("party-p1", recorded[0].Data, func(text es.PersonalText) (jsontext.Value, error) {
		got = append(got, text)
		return jsontext.Value(`{"taken":true}`), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []es.PersonalText{
		{Subject: "p1", Text: "Here 1"},
		{Subject: "ann", Text: `A "n" n`, Erased: "gone"},
		{Subject: "bob", Text: "Böb", Erased: "gone"},
		{Subject: "party-p1", Text: "snores"},
		{Subject: "ann", Text: `A "n" n`, Erased: "gone"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("personal texts (-want +got):\n%s", diff)
	}
	const taken = `{"taken":true}`
	if want := `{"street":` + taken + `,"town":"Hereby","host":{"id":"ann","name":` + taken + `},"guests":[[{"id":"bob","name":` + taken +
		`,"note":` + taken + `},null],[],[{"id":"ann","name":` + taken + `}]],"Secret":""}`; string(data) != want {
		t.Errorf("the data is\n%s, want\n%s", data, want)
	}
	again, err := recorded[0].Personal.Replace("party-p1", data, func(text es.PersonalText) (jsontext.Value, error) {
		return nil, errors.New("taken twice: " + text.Text)
	})
	if err != nil || string(again) != string(data) {
		t.Errorf("what has been replaced is not left as it is: %s, error %v", again, err)
	}
	if recorded[1].Personal != nil || parties.Personal("PartyEnded", 0) != nil {
		t.Error("an event without anything personal has something")
	}
	if diff := cmp.Diff([]string{"Secret", "guests.name", "guests.note", "host.name", "host.note", "street"}, recorded[0].Personal.Paths()); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestPersonalTextsHaveASubject(t *testing.T) {
	recorded, err := parties.Record([]es.Event[string]{partyGiven{Host: &guest{Name: "Ann"}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = recorded[0].Personal.Replace("party-p1", recorded[0].Data, func(es.PersonalText) (jsontext.Value, error) { return nil, nil })
	if err == nil || !strings.Contains(err.Error(), "whose") {
		t.Errorf("a text of nobody is taken: %v", err)
	}
}

type (
	numbered struct {
		Age int `json:"age" personal:"id"`
	}
	listed struct {
		Names []string `json:"names" personal:"id"`
	}
	unstored struct {
		Name string `json:"-" personal:"id"`
	}
	nobodys struct {
		Name string `json:"name" personal:"UserID"`
	}
	strangely struct {
		Name string `json:"name" personal:"id,gone"`
	}
	mapped struct {
		All map[string]guest `json:"all"`
	}
	nested struct {
		Name string   `json:"name" personal:"id"`
		More []nested `json:"more"`
	}
	circular struct {
		ID   string `json:"id" personal:"id"`
		Name string `json:"name" personal:"ID"`
	}
)

func (numbered) Evolve(s string) string  { return s }
func (listed) Evolve(s string) string    { return s }
func (unstored) Evolve(s string) string  { return s }
func (nobodys) Evolve(s string) string   { return s }
func (strangely) Evolve(s string) string { return s }
func (mapped) Evolve(s string) string    { return s }
func (nested) Evolve(s string) string    { return s }
func (circular) Evolve(s string) string  { return s }

func TestWrongPersonalTags(t *testing.T) {
	for want, declare := range map[string]func(){
		"not a int":           func() { es.On[numbered]("E") },
		"not a []string":      func() { es.On[listed]("E") },
		"not stored":          func() { es.On[unstored]("E") },
		"names no text":       func() { es.On[nobodys]("E") },
		"has an option":       func() { es.On[strangely]("E") },
		"nothing personal in": func() { es.On[mapped]("E") },
		"type that holds":     func() { es.On[nested]("E") },
		"not stored as it is": func() { es.On[circular]("E") },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, want) {
					t.Errorf("it panics with %q", said)
				}
			}()
			declare()
		})
	}
}
