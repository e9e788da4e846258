package remote

import (
	"context"
	"fmt"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// Heeds fails unless the stage's functions go by where its store is moving: others would write on whatever is noted there.
func (s *System) Heeds(ctx context.Context) error {
	says, err := s.around.says(ctx, topology.AppendEvents)
	if err != nil {
		return err
	}
	if says(setting.MovesTable) == "" {
		return fmt.Errorf("the functions of stage %s are not told of moves (%s): they would go on writing; deploy it with CDK='-c moves=on'", s.around.stage, setting.MovesTable)
	}
	return nil
}
