package button_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/button"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

func TestClick(t *testing.T) {
	click, clicked := button.Click{User: "ann"}, button.Clicked{User: "ann"}
	t.Run("OK", func(t *testing.T) {
		estest.Given(button.Aggregate).When(click, estest.By("ann")).Then(t, clicked)
	})
	t.Run("again, each time", func(t *testing.T) {
		estest.Given(button.Aggregate, clicked).When(click, estest.By("ann")).Then(t, clicked)
	})
	t.Run("again, when the stream was closed", func(t *testing.T) {
		estest.Given(button.Aggregate, clicked, clicked).Closed(t).When(click, estest.By("ann")).Then(t, clicked)
	})
	t.Run("closed anywhere, it decides the same", func(t *testing.T) {
		estest.ClosedAnywhere(t, button.Aggregate, func(*rapid.T, button.Clicks) (es.Command[button.Clicks], []estest.Option) {
			return click, []estest.Option{estest.By("ann")}
		})
	})
	t.Run("in the stream of who clicks", func(t *testing.T) {
		if got := button.DoClick.StreamOf(click); got != "button-ann" {
			t.Errorf("it is in %s", got)
		}
	})
	t.Run("plain", func(t *testing.T) {
		if button.Aggregate.Traits().Writing != es.Plain {
			t.Error("it is not")
		}
	})
}
