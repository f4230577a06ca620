package dev.loramill.trainer.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process and of the machine, as the Linux kernel counts it. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final Path GROUP_LIMIT = Path.of("/sys/fs/cgroup/memory.max");
    private static final Path GROUP_USE = Path.of("/sys/fs/cgroup/memory.current");

    private ProcessMemory() {}

    /** Resident bytes now; the Java heap's where the kernel does not say. */
    public static long residentBytes() {
        return field(STATUS, "VmRSS:", heapBytes());
    }

    /** Most resident bytes so far; the Java heap's where the kernel does not say. */
    public static long peakBytes() {
        return field(STATUS, "VmHWM:", heapBytes());
    }

    /** Bytes that are free, or can be made free, for processes of this machine or container. */
    public static long availableBytes() {
        long machine = field(MACHINE, "MemAvailable:", Runtime.getRuntime().maxMemory());
        long limit = number(GROUP_LIMIT, Long.MAX_VALUE);
        return limit == Long.MAX_VALUE
                ? machine
                : Math.min(machine, Math.max(0, limit - number(GROUP_USE, 0)));
    }

    private static long heapBytes() {
        return Runtime.getRuntime().totalMemory();
    }

    private static long field(Path file, String name, long otherwise) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return otherwise;
        }
        return otherwise;
    }

    private static long number(Path file, long otherwise) {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (IOException | NumberFormatException e) {
            return otherwise;
        }
    }
}
