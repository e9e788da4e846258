package topology

import (
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Nets are the last nets of a function: where what it could not take ends up. An inbox has none, because later commands of a
// stream would overtake those in it.
func (f Function) Nets() []engine.Net {
	switch {
	case f.Queue != nil:
		return []engine.Net{{Name: dead(f.Queue.Name), Of: f.Queue.Name, To: f.Queue.Name, FIFO: true}}
	case f.Errands == engine.TimersName:
		return []engine.Net{TimersNet, SchedulesNet}
	case f.Errands == engine.UpkeepName:
		return []engine.Net{UpkeepNet}
	case f.Stream:
		return []engine.Net{{Name: f.Name + "-failures", Of: f.Name}}
	default:
		return nil
	}
}

// The last nets of queues that are created apart from their functions.
var (
	TimersNet = engine.Net{Name: dead(engine.TimersName), Of: engine.TimersName, To: engine.TimersName}
	// SchedulesNet is for what a schedule could not send to the queue of timers.
	SchedulesNet = engine.Net{Name: dead("schedules"), Of: engine.TimersName, To: engine.TimersName}
	UpkeepNet    = engine.Net{Name: dead(engine.UpkeepName), Of: engine.UpkeepName, To: engine.UpkeepName, FIFO: true}
)

func dead(queue string) string { return queue + "-dead" }

// Nets are the last nets of all functions of an app.
func Nets(app *es.App) []engine.Net {
	var all []engine.Net
	for _, f := range Functions(app) {
		all = append(all, f.Nets()...)
	}
	return all
}
