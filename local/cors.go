package local

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/foldstream/foldstream/topology"
)

// crossOrigin lets pages of other origins in, as an HTTP API does. It reports whether the request was a browser's question
// whether they may, which is answered then.
func crossOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	if r.Header.Get("Origin") == "" {
		return false
	}
	may := topology.CrossOrigin
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		header.Set("Access-Control-Expose-Headers", strings.Join(may.Exposed, ","))
		return false
	}
	header.Set("Access-Control-Allow-Methods", strings.Join(may.Methods, ","))
	header.Set("Access-Control-Allow-Headers", strings.Join(may.Headers, ","))
	header.Set("Access-Control-Max-Age", strconv.Itoa(int(may.MaxAge.Seconds())))
	w.WriteHeader(http.StatusNoContent)
	return true
}
