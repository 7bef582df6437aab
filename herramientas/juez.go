// Reads a published log from a folder with Go's own libraries (golang.org/x/mod/sumdb) and nothing of PREP Abierto:
// the signature of every checkpoint, every leaf by its inclusion proof, every past head by its consistency proof.
//
//	go run juez.go FOLDER "$(cat instituto.vkey)"
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// disk serves tiles of height 8 from a folder laid out as C2SP tlog-tiles: Go's path without its height.
type disk struct{ dir string }

func (d disk) Height() int { return 8 }
func (d disk) SaveTiles([]tlog.Tile, [][]byte) {}
func (d disk) ReadTiles(tiles []tlog.Tile) (out [][]byte, err error) {
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(d.dir, strings.Replace(t.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func must(err error) {
	if err != nil {
		fmt.Println("RECHAZADO:", err)
		os.Exit(1)
	}
}

func head(dir, file, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	data, err := os.ReadFile(filepath.Join(dir, file))
	must(err)
	n, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	// Same three lines as a checkpoint, under the header that tlog.ParseTree expects.
	lines := strings.SplitN(n.Text, "\n", 2)
	if lines[0] != verifier.Name() {
		must(fmt.Errorf("origin %q", lines[0]))
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
	must(err)
	return tree
}

func main() {
	dir, vkey := os.Args[1], os.Args[2]
	tree := head(dir, "checkpoint", vkey)
	reader := tlog.TileHashReader(tree, disk{dir})
	var index int64
	for n := int64(0); n*256 < tree.N; n++ {
		width := tree.N - n*256
		name := fmt.Sprintf("tile/entries/%03d", n)
		if width < 256 {
			name += fmt.Sprintf(".p/%d", width)
		} else {
			width = 256
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		must(err)
		for ; width > 0; width-- {
			size := binary.BigEndian.Uint16(data)
			leaf := data[2 : 2+size]
			data = data[2+size:]
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			must(err)
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)))
			index++
		}
		if len(data) != 0 {
			must(fmt.Errorf("bundle %d has extra bytes", n))
		}
	}
	for n := int64(1); n <= tree.N; n++ {
		old := head(dir, fmt.Sprintf("puntos/%06d", n), vkey)
		proof, err := tlog.ProveTree(tree.N, n, reader)
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, n, old.Hash))
	}
	fmt.Println("ACEPTADO", tree.N)
}
