package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// banking is the story of some wallets.
type banking struct {
	ada, bob           *person
	euros, target      string // wallets of Ada's and of Bob's
	dollars, canadians string // more wallets of Bob's
}

// purse is a wallet as the API shows it.
type purse struct {
	ID            string `json:"id"`
	Owner         string `json:"owner"`
	Currency      string `json:"currency"`
	Balance       string `json:"balance"`
	BalanceInEuro string `json:"balanceInEuro"`
	Transactions  int    `json:"transactions"`
	UnderWay      int    `json:"underWay"`
}

func playWallet(ctx context.Context, s stage) error {
	ada, err := s.signUp(ctx, "Ada")
	if err != nil {
		return err
	}
	defer ada.socket.Close()
	bob, err := s.signUp(ctx, "Bob")
	if err != nil {
		return err
	}
	defer bob.socket.Close()
	b := &banking{ada: ada, bob: bob}
	return inTurn(ctx, b.open, b.arrive, b.comeBack, b.compare, b.click)
}

func (b *banking) open(ctx context.Context) error {
	fmt.Println("Ada and Bob open wallets, and put money into them.")
	for _, w := range []struct {
		who              *person
		id               *string
		currency, amount string
	}{
		{b.ada, &b.euros, "EUR", "100.5"},
		{b.bob, &b.target, "EUR", "0.0001"},
		{b.bob, &b.dollars, "USD", "90"},
		{b.bob, &b.canadians, "CAD", "100"},
	} {
		opened, err := w.who.Command(ctx, http.MethodPost, "/wallets", map[string]string{"currency": w.currency}, nil)
		if err != nil {
			return err
		}
		*w.id = opened.ID
		credited, err := w.who.Command(ctx, http.MethodPost, "/wallets/"+opened.ID+"/credits", map[string]string{"amount": w.amount}, nil)
		if err != nil {
			return err
		}
		var p purse
		if err := w.who.Get(ctx, fmt.Sprintf("/wallets/%s?min-version=%d", opened.ID, credited.Version), &p); err != nil {
			return err
		}
		fmt.Printf("  %s has %s %s\n", w.who.name, p.Balance, p.Currency)
		if err := is("the balance", p.Balance, w.amount); err != nil {
			return err
		}
	}
	_, err := b.bob.Command(ctx, http.MethodPost, "/wallets/"+b.euros+"/debits", map[string]string{"amount": "1"}, nil)
	if err := refused(err, "NotYourWallet"); err != nil {
		return err
	}
	_, err = b.ada.Command(ctx, http.MethodPost, "/wallets/"+b.euros+"/debits", map[string]string{"amount": "100.5001"}, nil)
	return refused(err, "InsufficientFunds")
}

// transfer has Ada transfer money, and waits for how it ends.
func (b *banking) transfer(ctx context.Context, to, amount, ends string) (traceID string, err error) {
	fmt.Printf("  Ada transfers %s EUR\n", amount)
	input := map[string]string{"to": to, "amount": amount}
	started, err := b.ada.Command(ctx, http.MethodPost, "/wallets/"+b.euros+"/transfers", input, nil)
	if err != nil {
		return "", err
	}
	end, err := b.ada.hear(ctx, ends, of(started.TraceID))
	if err != nil {
		return "", err
	}
	return started.TraceID, b.ada.Get(ctx, fmt.Sprintf("/wallets/%s?min-version=%d", b.euros, end.Version), new(purse))
}

// holds checks what is in a wallet that nothing is under way from.
func (b *banking) holds(ctx context.Context, wallet, balance string) error {
	var p purse
	if err := b.ada.Get(ctx, "/wallets/"+wallet, &p); err != nil {
		return err
	}
	return errors.Join(is("the balance", p.Balance, balance), is("the number of transfers under way", p.UnderWay, 0))
}

func (b *banking) arrive(ctx context.Context) error {
	fmt.Println("\nA transfer arrives.")
	traceID, err := b.transfer(ctx, b.target, "30.25", "TransferCompleted")
	if err != nil {
		return err
	}
	if err := b.ada.trace(ctx, traceID, "TransferStarted", "TransferReceived", "TransferCompleted", "TransferSettled"); err != nil {
		return err
	}
	if err := b.holds(ctx, b.euros, "70.25"); err != nil {
		return err
	}
	// The target was opened, credited, and has received.
	if err := b.bob.Get(ctx, "/wallets/"+b.target+"?min-version=3", new(purse)); err != nil {
		return err
	}
	return b.holds(ctx, b.target, "30.2501")
}

// comeBack has transfers fail: to nobody, to a wallet that is closed, and to one of another currency.
func (b *banking) comeBack(ctx context.Context) error {
	fmt.Println("\nTransfers that are not taken come back: to a wallet that does not exist, a closed one, and one of another currency.")
	opened, err := b.bob.Command(ctx, http.MethodPost, "/wallets", map[string]string{"currency": "EUR"}, nil)
	if err != nil {
		return err
	}
	if _, err := b.bob.Command(ctx, http.MethodPost, "/wallets/"+opened.ID+"/closure", nil, nil); err != nil {
		return err
	}
	for _, to := range []string{"00000000-0000-7000-8000-000000000000", opened.ID, b.dollars} {
		traceID, err := b.transfer(ctx, to, "12.5", "TransferReturned")
		if err != nil {
			return err
		}
		if err := b.ada.trace(ctx, traceID, "TransferStarted", "TransferDeclined", "TransferReturned", "TransferSettled"); err != nil {
			return err
		}
		if err := b.holds(ctx, b.euros, "70.25"); err != nil {
			return err
		}
	}
	return nil
}

// compare looks for the four wallets among those that hold most.
func (b *banking) compare(ctx context.Context) error {
	fmt.Println("\nThe top wallets, in euro:")
	var order []string
	transactions := map[string]int{}
	ours := []string{b.euros, b.dollars, b.canadians, b.target}
	err := pages(ctx, b.ada, "/top-wallets", func(p purse) {
		if slices.Contains(ours, p.ID) {
			fmt.Printf("  %10s %s = %8s EUR, %d transactions\n", p.Balance, p.Currency, p.BalanceInEuro, p.Transactions)
			order, transactions[p.ID] = append(order, p.ID), p.Transactions
		}
	})
	if err != nil {
		return err
	}
	return errors.Join(
		is("the order of the wallets", fmt.Sprint(order), fmt.Sprint(ours)),
		is("the number of Ada's transactions", transactions[b.euros], 2),
	)
}

// clicker is who is listed as credited and having clicked.
type clicker struct {
	User    string `json:"user"`
	Credits int    `json:"credits"`
	Clicks  int    `json:"clicks"`
}

// click has first Bob click the button, and then Ada. Both have been credited.
func (b *banking) click(ctx context.Context) error {
	fmt.Println("\nWho was credited in the last 30 days, and clicked the button?")
	for i, who := range []*person{b.bob, b.ada} {
		if _, err := who.Command(ctx, http.MethodPost, "/button/clicks", nil, nil); err != nil {
			return err
		}
		var listed map[string]clicker
		err := until(ctx, who.name+" is listed", func() (bool, error) {
			listed = map[string]clicker{}
			err := pages(ctx, who, "/button-creditors", func(c clicker) { listed[c.User] = c })
			return listed[who.id].Clicks == 1, err
		})
		if err != nil {
			return err
		}
		fmt.Printf("  %s has clicked:", who.name)
		for _, p := range []*person{b.ada, b.bob} {
			if c, both := listed[p.id]; both {
				fmt.Printf(" %s (%d credits, %d clicks)", p.name, c.Credits, c.Clicks)
			}
		}
		fmt.Println()
		_, adaToo := listed[b.ada.id]
		if err := errors.Join(is("whether Ada is listed", adaToo, i == 1), is("the number of Bob's credits", listed[b.bob.id].Credits, 4)); err != nil {
			return err
		}
	}
	return nil
}

// pages reads a list to its end.
func pages[T any](ctx context.Context, p *person, path string, each func(T)) error {
	for next := ""; ; {
		var page struct {
			Items []T    `json:"items"`
			Next  string `json:"next"`
		}
		if err := p.Get(ctx, path+"?limit=100"+next, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			each(item)
		}
		if page.Next == "" {
			return nil
		}
		next = "&cursor=" + page.Next
	}
}
