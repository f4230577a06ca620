package dev.loramill.llama.template;

import dev.loramill.llama.jinja.Text;
import java.util.Arrays;
import java.util.List;

/** Where in a rendered chat people wrote, in messages and in descriptions of tools. */
final class InputRuns {
    private final int[] starts;
    private final int[] ends;

    InputRuns(Text text) {
        List<Text.Run> runs = text.runs().stream().filter(run -> isInput(run.origin())).toList();
        this.starts = runs.stream().mapToInt(Text.Run::start).toArray();
        this.ends = runs.stream().mapToInt(Text.Run::end).toArray();
    }

    private static boolean isInput(int origin) {
        return origin >= 0 || origin == ChatTemplate.TOOLS;
    }

    /** Whether a person wrote one of the characters from {@code start} to {@code end}. */
    boolean overlap(int start, int end) {
        int run = firstEndingAfter(start);
        return run < starts.length && starts[run] < end;
    }

    /** Where the next words of a person begin, or {@code otherwise}. */
    int nextStart(int from, int otherwise) {
        int found = Arrays.binarySearch(starts, from);
        int run = found >= 0 ? found : -found - 1;
        return run < starts.length ? starts[run] : otherwise;
    }

    private int firstEndingAfter(int start) {
        int found = Arrays.binarySearch(ends, start);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
