package domain_test

import (
	"testing"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func TestLeaner(t *testing.T) {
	happened := func(stream, name, data string) estest.Happened {
		return estest.Happened{Stream: es.StreamID(stream), Type: name, Data: data}
	}
	estest.GivenHistory(
		happened("match-m1", "MatchCreated", `{"createdBy":"ada","size":"small"}`),
		happened("signin-ada", "UserSignedIn", `{"userId":"ada","at":"2026-03-04T23:06:07.5+01:00"}`),
		happened("match-m1", "JoinRequested", `{"userId":"bob"}`),
		happened("match-m1", "MatchJoined", `{"player":{"id":"bob"}}`),
	).Rewritten(domain.Leaner).Then(
		t,
		happened("match-m1", "MatchCreated", `{"createdBy":"ada","size":"small"}`),
		happened("signin-ada", "UserSignedIn", `{"userId":"ada","at":"2026-03-04T00:00:00Z"}`),
		estest.Happened{Stream: "match-m1", Version: 2, Type: "MatchJoined", Data: `{"player":{"id":"bob"}}`},
	)
	estest.GivenHistory(happened("signin-ada", "UserSignedIn", `{"userId":"ada"}`)).Rewritten(domain.Leaner).ThenFails(t)
}
