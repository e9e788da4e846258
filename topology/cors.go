package topology

import "time"

// CrossOrigin is what pages of any origin may do with the HTTP API. A token is no cookie: no page of another site can send
// it without having it.
var CrossOrigin = struct {
	Methods []string      // that pages may use
	Headers []string      // that they may send
	Exposed []string      // that they may read
	MaxAge  time.Duration // for which browsers need not ask again
}{
	Methods: []string{"GET", "POST", "PUT", "PATCH", "DELETE"},
	Headers: []string{"authorization", "content-type", "idempotency-key", "if-none-match"},
	Exposed: []string{"etag", "location", "retry-after", "www-authenticate"},
	MaxAge:  time.Hour,
}
