package local

import "github.com/foldstream/foldstream/handler"

// adminReads are the handlers by which admins look into the system.
func (s *System) adminReads() map[handler.SystemRoute]handler.HTTP {
	return map[handler.SystemRoute]handler.HTTP{
		handler.ListEvents: handler.Events(s.seals.Log(s.Store), s.App.Catalogue()), handler.ListStreams: handler.Streams(s.Store),
		handler.GetStream: handler.Stream(s.Installation.Whole(), s.App), handler.ListTimers: handler.Timers(s.Store),
	}
}
