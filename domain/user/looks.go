package user

import "encoding/binary"

var avatars = []string{
	"🐶", "🐱", "🐭", "🐹", "🐰", "🦊", "🐻", "🐼", "🐨", "🐯", "🦁", "🐮", "🐷", "🐸", "🐵", "🐔",
	"🐧", "🐦", "🦆", "🦉", "🦄", "🐝", "🦋", "🐌", "🐞", "🐢", "🐙", "🦀", "🐠", "🐬", "🐳", "🦔",
}

// Pastels: hues around the circle, all light enough for dark text.
var colors = []string{
	"#ffadad", "#ffc6a8", "#ffd6a5", "#ffe8a3", "#fdffb6", "#e4f9b0", "#caffbf", "#b8f5d0",
	"#a8f0e0", "#9bf6ff", "#a0dcff", "#a0c4ff", "#bdb2ff", "#d4b5ff", "#ffc6ff", "#ffb8dc",
}

// draw picks from a list by lot. Eight bytes are so many more than the list is long that no item is favoured noticeably.
func draw(list []string, entropy []byte) string {
	return list[binary.BigEndian.Uint64(entropy)%uint64(len(list))]
}
