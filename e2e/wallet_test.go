package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

type walletView struct {
	ID           string       `json:"id"`
	Balance      money.Amount `json:"balance"`
	Transactions int          `json:"transactions"`
	UnderWay     int          `json:"underWay"`
}

// filled is a new wallet with money in it.
func filled(t *testing.T, c *client.Client, currency, amount string) string {
	t.Helper()
	id := command(t, c, "POST", "/wallets", map[string]string{"currency": currency}, nil).ID
	credited := command(t, c, "POST", "/wallets/"+id+"/credits", map[string]string{"amount": amount}, nil)
	get[walletView](t, c, fmt.Sprintf("/wallets/%s?min-version=%d", id, credited.Version))
	return id
}

func pay(to, amount string) map[string]string { return map[string]string{"to": to, "amount": amount} }

// settled waits until a wallet has come to a version and nothing is under way from it, and gives what is in it.
func settled(t *testing.T, c *client.Client, id string, version uint64) walletView {
	t.Helper()
	var w walletView
	eventually(t, "no transfer is under way", func() bool {
		w = get[walletView](t, c, fmt.Sprintf("/wallets/%s?min-version=%d", id, version))
		return w.UnderWay == 0
	})
	return w
}

func TestAWalletIsItsOwners(t *testing.T) {
	ada, _ := newcomer(t)
	eve, _ := newcomer(t)
	id, other := filled(t, ada, "EUR", "10"), filled(t, eve, "EUR", "1")
	for path, input := range map[string]any{
		"/credits": map[string]string{"amount": "1"}, "/debits": map[string]string{"amount": "1"},
		"/transfers": pay(other, "1"), "/closure": nil,
	} {
		_, err := eve.Command(t.Context(), "POST", "/wallets/"+id+path, input, nil)
		refused(t, err, 403, "NotYourWallet")
		_, err = eve.Command(t.Context(), "POST", "/wallets/nowhere"+path, input, nil)
		refused(t, err, 404, "NoSuchWallet")
	}
	_, err := ada.Command(t.Context(), "POST", "/wallets/"+id+"/closure", nil, nil)
	refused(t, err, 409, "WalletNotEmpty")
	command(t, ada, "POST", "/wallets/"+id+"/debits", map[string]string{"amount": "10.0000"}, nil)
	command(t, ada, "POST", "/wallets/"+id+"/closure", nil, nil)
	_, err = ada.Command(t.Context(), "POST", "/wallets/"+id+"/credits", map[string]string{"amount": "1"}, nil)
	refused(t, err, 409, "WalletClosed")
}

func TestAmounts(t *testing.T) {
	ada, _ := newcomer(t)
	id := filled(t, ada, "CAD", "0.0001")
	for _, amount := range []string{
		`"0"`, `"-1"`, `"+1"`, `"1.00001"`, `"01"`, `"1e3"`, `"1,5"`, `" 1"`, `".5"`, `"1."`, `""`, `"NaN"`, `"1000000000000"`, `12.5`, `null`, `"١"`,
	} {
		status, p := raw(t, ada, "POST", "/wallets/"+id+"/credits", `{"amount":`+amount+`}`, nil)
		if status != 400 || p.Field != "amount" {
			t.Errorf("%s gave %d %s %q", amount, status, p.Code, p.Field)
		}
	}
	_, err := ada.Command(t.Context(), "POST", "/wallets/"+id+"/credits", map[string]string{"amount": money.Max.String()}, nil)
	refused(t, err, 409, "BalanceTooLarge")
	_, err = ada.Command(t.Context(), "POST", "/wallets/"+id+"/debits", map[string]string{"amount": "0.0002"}, nil)
	refused(t, err, 409, "InsufficientFunds")
	if p := refused(t, transferErr(t, ada, id, id), 400, "SameWallet"); p.Field != "to" {
		t.Fatalf("the fault is at %q", p.Field)
	}
	_, err = ada.Command(t.Context(), "POST", "/wallets", map[string]string{"currency": "XAU"}, nil)
	refused(t, err, 400, "InvalidInput")
	_, err = ada.Do(t.Context(), "GET", "/top-wallets/XAU", nil)
	refused(t, err, 400, "InvalidInput")
}

func transferErr(t *testing.T, c *client.Client, from, to string) error {
	t.Helper()
	_, err := c.Command(t.Context(), "POST", "/wallets/"+from+"/transfers", pay(to, "0.0001"), nil)
	return err
}

func TestATransferIsRepeatedWithoutHarm(t *testing.T) {
	ada, _ := newcomer(t)
	bob, _ := newcomer(t)
	from, to := filled(t, ada, "EUR", "100"), filled(t, bob, "EUR", "1")
	var first, second struct {
		TransferID string `json:"transferId"`
	}
	path := "/wallets/" + from + "/transfers"
	one := command(t, ada, "POST", path, pay(to, "30"), &first, "Idempotency-Key", "rent")
	two := command(t, ada, "POST", path, pay(to, "30"), &second, "Idempotency-Key", "rent")
	if one.TraceID != two.TraceID || one.Version != two.Version || first != second || first.TransferID == "" {
		t.Fatalf("a repetition gave %+v %v, the first gave %+v %v", two, second, one, first)
	}
	if w := settled(t, ada, from, one.Version); w.Balance != money.MustParse("70") || w.Transactions != 2 {
		t.Fatalf("it holds %v after %d transactions", w.Balance, w.Transactions)
	}
	if w := get[walletView](t, ada, "/wallets/"+to+"?min-version=3"); w.Balance != money.MustParse("31") {
		t.Fatalf("the target holds %v", w.Balance)
	}
}

// TestATransferIsHeardByItsInvokerAlone has the target's owner wait for what is not theirs to hear.
func TestATransferIsHeardByItsInvokerAlone(t *testing.T) {
	ada, _ := newcomer(t)
	bob, _ := newcomer(t)
	from, to := filled(t, ada, "EUR", "5"), filled(t, bob, "EUR", "1")
	adaHears, bobHears := listen(t, ada), listen(t, bob)
	asked := command(t, ada, "POST", "/wallets/"+from+"/transfers", pay(to, "5"), nil)
	if got := hear(t, adaHears, "TransferCompleted"); got.TraceID != asked.TraceID {
		t.Fatalf("heard %+v", got)
	}
	if err := bobHears.Send(t.Context(), handler.Message{Action: "ping"}); err != nil {
		t.Fatal(err)
	}
	for got := (engine.Outcome{}); got.Type != "Pong"; {
		var err error
		if got, err = bobHears.Next(t.Context()); err != nil || got.TraceID == asked.TraceID {
			t.Fatalf("bob heard %+v, %v", got, err)
		}
	}
	_, err := bob.Do(t.Context(), "GET", "/traces/"+asked.TraceID, nil)
	refused(t, err, 404, "NotFound")
}

// TestTheLastMoneyIsSpentOnce has eight spend all there is at the same moment.
func TestTheLastMoneyIsSpentOnce(t *testing.T) {
	ada, _ := newcomer(t)
	from, to := filled(t, ada, "USD", "7.5"), filled(t, ada, "USD", "1")
	won := together(t, 8, 409, "InsufficientFunds", func(int) error {
		_, err := ada.Command(t.Context(), "POST", "/wallets/"+from+"/transfers", pay(to, "7.5"), nil)
		return err
	})
	if w := settled(t, ada, from, 3); won != 1 || w.Balance != (money.Amount{}) {
		t.Fatalf("%d of 8 spent it, %v is left", won, w.Balance)
	}
}

func TestPagesOfWallets(t *testing.T) {
	ada, issued := newcomer(t)
	var want []string
	for _, amount := range []string{"1", "2", "3"} {
		want = append([]string{filled(t, ada, "EUR", amount)}, want...)
	}
	path := "/users/" + issued.UserID + "/wallets?limit=2"
	first := get[listed[walletView]](t, ada, path)
	second := get[listed[walletView]](t, ada, path+"&cursor="+first.Next)
	var got []string
	for _, w := range append(first.Items, second.Items...) {
		got = append(got, w.ID)
	}
	if len(first.Items) != 2 || second.Next != "" || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("got %v and %v, want the newest first: %v", first, second, want)
	}
	for _, other := range []string{"/wallets", "/top-wallets", "/top-wallets/EUR", "/button-creditors"} {
		_, err := ada.Do(t.Context(), "GET", other+"?cursor="+first.Next, nil)
		refused(t, err, 400, "InvalidInput")
	}
	unchanged(t, ada, "/wallets/"+want[0])
	unchanged(t, ada, path)
}

// listed is a page of a list.
type listed[D any] struct {
	Items []D    `json:"items"`
	Next  string `json:"next"`
}

// unchanged asserts that what was read once is not sent again.
func unchanged(t *testing.T, c *client.Client, path string) {
	t.Helper()
	first, err := c.Do(t.Context(), "GET", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	tag := first.Header.Get("ETag")
	second, err := c.Do(t.Context(), "GET", path, nil, "If-None-Match", tag)
	if err != nil || tag == "" || second.Status != 304 || len(second.Body) != 0 || second.Header.Get("ETag") != tag {
		t.Fatalf("%s with ETag %s came again as %d %s, %v", path, tag, second.Status, second.Body, err)
	}
}

// spender transfers money until the server is gone, and keeps account.
type spender struct {
	client *client.Client
	wallet string
	n      int
	owed   func() error // the transfer that was not answered, to be sent again
}

// TestMoneySurvivesKillNine kills the server in the middle of transfers, again and again. Each transfer that was acknowledged,
// or repeated until it was, has moved its money exactly once, or brought it back; and none stays under way.
func TestMoneySurvivesKillNine(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	address := freeAddress(t)
	server := launch(t, binary, data, address)
	var spenders []*spender
	want := map[string]int{} // in ten-thousandths
	for range 4 {
		c, _ := somebody(t, server.url, "Spender")
		s := &spender{client: c, wallet: filled(t, c, "EUR", "100"), owed: nothing}
		spenders, want[s.wallet] = append(spenders, s), 100_0000
	}
	closed := command(t, spenders[0].client, "POST", "/wallets", map[string]string{"currency": "EUR"}, nil).ID
	command(t, spenders[0].client, "POST", "/wallets/"+closed+"/closure", nil, nil)
	var mu sync.Mutex
	moved := func(from, to string, parts int) {
		mu.Lock()
		defer mu.Unlock()
		if _, taken := want[to]; taken {
			want[from], want[to] = want[from]-parts, want[to]+parts
		}
	}
	for range 4 {
		ctx, stop := context.WithCancel(t.Context())
		var busy sync.WaitGroup
		for i, s := range spenders {
			targets := []string{closed, engine.NewID(), spenders[(i+1)%4].wallet, spenders[(i+2)%4].wallet, spenders[(i+3)%4].wallet}
			busy.Go(func() { s.spend(ctx, targets, moved) })
		}
		time.AfterFunc(time.Duration(50+rand.IntN(150))*time.Millisecond, func() { _ = server.Process.Kill() })
		_ = server.Wait()
		stop()
		busy.Wait()
		server = launch(t, binary, data, address)
		for _, s := range spenders {
			eventually(t, "a transfer that was not answered can be repeated", func() bool { return s.owed() == nil })
		}
	}
	transfers := 0
	for _, s := range spenders {
		transfers += s.n
	}
	t.Logf("%d transfers", transfers)
	if transfers < 20 {
		t.Fatal("the servers were killed before they did anything")
	}
	for _, s := range spenders {
		parts := want[s.wallet]
		exact := money.MustParse(fmt.Sprintf("%d.%04d", parts/10_000, parts%10_000))
		eventually(t, fmt.Sprintf("%s holds %v, and nothing is under way", s.wallet, exact), func() bool {
			w := get[walletView](t, s.client, "/wallets/"+s.wallet)
			return w.Balance == exact && w.UnderWay == 0
		})
	}
}

func nothing() error { return nil }

// spend makes small transfers. The one that is not answered because the server is gone, or is refused because too many are
// under way, remains to be repeated.
func (s *spender) spend(ctx context.Context, targets []string, moved func(from, to string, parts int)) {
	for ctx.Err() == nil {
		s.n++
		key, to, parts := fmt.Sprint("transfer ", s.n), targets[s.n%len(targets)], 1+rand.IntN(500)
		s.owed = func() error {
			_, err := s.client.Command(context.WithoutCancel(ctx), "POST", "/wallets/"+s.wallet+"/transfers",
				pay(to, fmt.Sprintf("0.%04d", parts)), nil, "Idempotency-Key", key)
			if err == nil {
				moved(s.wallet, to, parts)
				s.owed = nothing
			}
			return err
		}
		if s.owed() != nil {
			return
		}
	}
}
