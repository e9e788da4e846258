package org_test

import (
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/org"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func TestSignIn(t *testing.T) {
	signedIn := org.SignedIn{UserID: "ann", At: estest.Noon}
	t.Run("OK", func(t *testing.T) {
		estest.Given(org.SignInAggregate).When(org.SignIn{UserID: "ann"}, estest.By("ann")).
			Then(t, signedIn).AndState(t, org.SignIns{Count: 1})
	})
	t.Run("again", func(t *testing.T) {
		later := org.SignedIn{UserID: "ann", At: estest.Noon.Add(time.Hour)}
		estest.Given(org.SignInAggregate, signedIn).When(org.SignIn{UserID: "ann"}, estest.By("ann"), estest.At(later.At)).
			Then(t, later).AndState(t, org.SignIns{Count: 2})
	})
	t.Run("plain, by any user", func(t *testing.T) {
		if org.SignInAggregate.Traits().Writing != es.Plain || org.DoSignIn.Role != es.RoleRead {
			t.Error("not so")
		}
	})
	t.Run("each has a stream of their own", func(t *testing.T) {
		if got := org.DoSignIn.StreamOf(org.SignIn{UserID: "ann"}); got != "signin-ann" {
			t.Errorf("got %s", got)
		}
	})
}

func TestSignInRecords(t *testing.T) {
	at := func(hour int) estest.Commit {
		e := org.SignedIn{UserID: "ann", At: estest.Noon.Add(time.Duration(hour) * time.Hour)}
		return estest.Committed(org.SignInAggregate, "ann", e)
	}
	asAnn := es.Key{Index: "user", Partition: "ann"}
	t.Run("mend: sign-ins are projected", func(t *testing.T) {
		estest.View(org.SignInRecords, at(0)).
			Is(t, org.SignInRecord{UserID: "ann", Count: 1, FirstAt: estest.Noon, LastAt: estest.Noon}).ListedIn(t, asAnn)
		estest.View(org.SignInRecords, at(0), at(1), at(2)).
			Is(t, org.SignInRecord{UserID: "ann", Count: 3, FirstAt: estest.Noon, LastAt: estest.Noon.Add(2 * time.Hour)}).ListedIn(t, asAnn)
	})
	t.Run("for the owner's eyes only", func(t *testing.T) {
		own := org.Own{UserID: "ann", Invoker: "ann"}
		if err := org.ListSignIns.Check(own); err != nil {
			t.Error(err)
		}
		for _, q := range []org.Own{{UserID: "ann", Invoker: "bob"}, {UserID: "ann"}, {UserID: "ann", Invoker: "ANN"}} {
			if err := org.ListSignIns.Check(q); !errors.Is(err, org.ErrNotYourSignIns) {
				t.Errorf("%+v: %v", q, err)
			}
		}
		if index, partition := org.ListSignIns.Page(own); index != asAnn.Index || partition != asAnn.Partition {
			t.Error(index, partition)
		}
		if !org.ListSignIns.Keep(own, org.SignInRecord{UserID: "ann"}) {
			t.Error("it is left out")
		}
	})
}
