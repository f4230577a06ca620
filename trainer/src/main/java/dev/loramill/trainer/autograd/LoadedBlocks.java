package dev.loramill.trainer.autograd;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The weights of all blocks, or of the one that was asked for last. */
final class LoadedBlocks implements AutoCloseable {
    private final WeightLoader loader;
    private final List<BlockTensors> all = new ArrayList<>();
    private @Nullable BlockTensors only;
    private int onlyIndex = -1;

    /**
     * Loads all blocks if they are to stay.
     *
     * @param keepsAll whether they stay on the device
     */
    LoadedBlocks(WeightLoader loader, int count, boolean keepsAll) {
        this.loader = loader;
        for (int block = 0; keepsAll && block < count; block++) {
            all.add(loader.load(block));
        }
    }

    /** The weights of a block; where not all stay, those of another block are given up. */
    BlockTensors get(int block) {
        if (!all.isEmpty()) {
            return all.get(block);
        }
        BlockTensors current = only;
        if (current == null || onlyIndex != block) {
            close();
            current = loader.load(block);
            only = current;
            onlyIndex = block;
        }
        return current;
    }

    @Override
    public void close() {
        if (only != null) {
            only.close();
            only = null;
        }
        all.forEach(BlockTensors::close);
        all.clear();
    }
}
