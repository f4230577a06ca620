package dev.loramill.llama.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last line of a measurement.
 *
 * @param name the measurement
 * @param seed seed of everything random in it
 * @param figures what was measured, units in the names
 * @param ok whether the bar was met
 */
public record BenchVerdict(String name, long seed, Map<String, Object> figures, boolean ok) {
    /** Takes a copy, in order. */
    public BenchVerdict {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** A figure to two decimal places, as they are printed. */
    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    /** The middle of measurements, which are sorted by it. */
    static double median(double[] measurements) {
        Arrays.sort(measurements);
        return measurements[measurements.length / 2];
    }

    /**
     * Prints one line of JSON.
     *
     * @return the exit code: 0 if the bar was met, else 1
     */
    public int print(PrintWriter out) {
        try {
            out.println(new ObjectMapper().writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures of \"" + name + "\" are not JSON", e);
        }
        return ok ? 0 : 1;
    }
}
