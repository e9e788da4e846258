package money_test

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/money"
	"github.com/foldstream/foldstream/es"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "0.0": "0", "1": "1", "12.5": "12.5", "12.5000": "12.5", "0.0001": "0.0001", "100": "100", "10.01": "10.01",
		"999999999999.9999": "999999999999.9999",
	} {
		if got, err := money.Parse(text); err != nil || got.String() != want {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]error{
		"": money.ErrNotDecimal, ".": money.ErrNotDecimal, ".5": money.ErrNotDecimal, "5.": money.ErrNotDecimal, "1e3": money.ErrNotDecimal,
		"+1": money.ErrNotDecimal, "1,5": money.ErrNotDecimal, " 1": money.ErrNotDecimal, "1 ": money.ErrNotDecimal, "1_000": money.ErrNotDecimal,
		"01": money.ErrNotDecimal, "1.2.3": money.ErrNotDecimal, "NaN": money.ErrNotDecimal, "٣": money.ErrNotDecimal, "-": money.ErrNotDecimal,
		"--1": money.ErrNotDecimal, "-1.": money.ErrNotDecimal, "-x": money.ErrNotDecimal,
		"-1": money.ErrNegative, "-0.5": money.ErrNegative,
		"1.00000": money.ErrTooManyPlaces, "0.00001": money.ErrTooManyPlaces,
		"1000000000000": money.ErrTooLarge, "99999999999999999999999": money.ErrTooLarge,
	} {
		if got, err := money.Parse(text); !errors.Is(err, want) {
			t.Errorf("%q is read as %v, %v; want %v", text, got, err, want)
		}
	}
}

// rational is what an amount's text says, reckoned by a library that knows nothing of ours.
func rational(t *rapid.T, a money.Amount) *big.Rat {
	r, ok := new(big.Rat).SetString(a.String())
	if !ok {
		t.Fatalf("%v is no number", a)
	}
	return r
}

func anyAmount() *rapid.Generator[money.Amount] {
	return rapid.Map(rapid.StringMatching(`(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?`), money.MustParse)
}

func TestArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyAmount().Draw(t, "a"), anyAmount().Draw(t, "b")
		ra, rb := rational(t, a), rational(t, b)
		if a.Less(b) != (ra.Cmp(rb) < 0) || a.Less(b) != (a.Padded() < b.Padded()) || a.IsZero() != (ra.Sign() == 0) {
			t.Fatalf("%v and %v are in another order", a, b)
		}
		sum := new(big.Rat).Add(ra, rb)
		switch got, err := a.Plus(b); {
		case sum.Cmp(rational(t, money.Max)) > 0:
			if !errors.Is(err, money.ErrTooLarge) {
				t.Fatalf("%v + %v = %v, %v", a, b, got, err)
			}
		case err != nil || rational(t, got).Cmp(sum) != 0:
			t.Fatalf("%v + %v = %v, %v", a, b, got, err)
		}
		switch got, err := a.Minus(b); {
		case a.Less(b):
			if !errors.Is(err, money.ErrNegative) {
				t.Fatalf("%v - %v = %v, %v", a, b, got, err)
			}
		case err != nil || rational(t, got).Cmp(new(big.Rat).Sub(ra, rb)) != 0:
			t.Fatalf("%v - %v = %v, %v", a, b, got, err)
		}
	})
}

func TestMax(t *testing.T) {
	if got, err := money.Max.Plus(money.MustParse("0.0001")); !errors.Is(err, money.ErrTooLarge) {
		t.Errorf("more than the most: %v, %v", got, err)
	}
	if got, err := money.Parse(money.Max.String()); err != nil || got != money.Max {
		t.Errorf("the most is read as %v, %v", got, err)
	}
}

func TestInEuro(t *testing.T) {
	t.Run("mend: exactly, by the table", func(t *testing.T) {
		for currency, want := range map[money.Currency]string{money.CAD: "50.05", money.USD: "75.075", money.EUR: "100.1"} {
			if got := money.MustParse("100.1").InEuro(currency); got.String() != want {
				t.Errorf("100.1 %s are %v EUR, want %s", currency, got, want)
			}
		}
	})
	t.Run("a half goes to the even neighbour", func(t *testing.T) {
		for text, want := range map[string]string{"0.0001": "0", "0.0002": "0.0001", "0.0003": "0.0002", "0.0005": "0.0002", "0.0007": "0.0004"} {
			if got := money.MustParse(text).InEuro(money.CAD); got.String() != want {
				t.Errorf("%s CAD are %v EUR, want %s", text, got, want)
			}
		}
	})
	rates := map[money.Currency]*big.Rat{money.CAD: big.NewRat(1, 2), money.USD: big.NewRat(3, 4), money.EUR: big.NewRat(1, 1)}
	half := big.NewRat(1, 20_000)
	rapid.Check(t, func(t *rapid.T) {
		a := anyAmount().Draw(t, "a")
		currency := rapid.SampledFrom([]money.Currency{money.CAD, money.USD, money.EUR}).Draw(t, "currency")
		exact := new(big.Rat).Mul(rational(t, a), rates[currency])
		if off := new(big.Rat).Sub(rational(t, a.InEuro(currency)), exact); off.Abs(off).Cmp(half) > 0 {
			t.Fatalf("%v %s are %v EUR", a, currency, a.InEuro(currency))
		}
	})
}

func TestCurrency(t *testing.T) {
	for _, c := range []money.Currency{money.CAD, money.USD, money.EUR} {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []money.Currency{"", "eur", "GBP"} {
		if err := c.Validate(); !errors.Is(err, es.Invalid("currency", "")) {
			t.Errorf("%q: %v", c, err)
		}
	}
}

func TestJSON(t *testing.T) {
	type row struct {
		Balance money.Amount `json:"balance"`
	}
	t.Run("mend: a decimal string, never a float", func(t *testing.T) {
		if text, err := es.Encode(row{money.MustParse("12.50")}); err != nil || string(text) != `{"balance":"12.5"}` {
			t.Error(string(text), err)
		}
		var r row
		if err := es.Decode([]byte(`{"balance":12.5}`), &r); err == nil {
			t.Errorf("a JSON number is read as %v", r.Balance)
		}
	})
	t.Run("what is no amount is not read", func(t *testing.T) {
		var r row
		if err := es.Decode([]byte(`{"balance":"-1"}`), &r); !errors.Is(err, money.ErrNegative) {
			t.Error(err)
		}
	})
}

func TestMustParse(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("nonsense in the program goes unnoticed")
		}
	}()
	money.MustParse("a lot")
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"0", "12.5", "0.0001", "999999999999.9999", "-1", "1e9", "01", ".", "1.23456", "1000000000000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := money.Parse(text)
		if err != nil {
			if a != (money.Amount{}) {
				t.Fatalf("%q is refused, and read as %v", text, a)
			}
			return
		}
		again, err := money.Parse(a.String())
		if err != nil || again != a || money.Max.Less(a) {
			t.Fatalf("%q is read as %v, and that as %v, %v", text, a, again, err)
		}
		said, ok := new(big.Rat).SetString(text)
		if meant, _ := new(big.Rat).SetString(a.String()); !ok || said.Cmp(meant) != 0 {
			t.Fatalf("%q is read as %v", text, a)
		}
	})
}
