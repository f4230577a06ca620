package dev.loramill.local.launch;

import dev.loramill.llama.cli.LlamaCommand;
import dev.loramill.llama.natives.NativesLookup;
import dev.loramill.process.ChildProcess;
import dev.loramill.process.JavaCommand;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/** Fetches the llama.cpp libraries, by the command that comes with libraries/llama. */
final class NativesStep {
    private static final String PROGRAM = LlamaCommand.class.getName();

    private static final String DIRECTORY_VARIABLE = NativesLookup.VARIABLE;

    private final LoramillHome home;

    NativesStep(LoramillHome home) {
        this.home = home;
    }

    /**
     * Returns a remark; a failure is one too, because there is a slower library to fall back on.
     */
    String call() throws IOException, InterruptedException {
        String given = System.getenv(DIRECTORY_VARIABLE);
        if (given != null) {
            return "(those in " + given + ")";
        }
        Path log = home.log("natives");
        LogFile.prepare(log);
        long logStart = LogFile.sizeBytes(log);
        ChildProcess process =
                JavaCommand.ofMain(OwnJvm.classPath(), PROGRAM)
                        .options("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                        .arguments("natives", "fetch", "--home", home.directory().toString())
                        .child()
                        .withoutInput()
                        .outputAndErrors(Redirect.appendTo(log.toFile()))
                        .start();
        try {
            int code = process.waitFor();
            List<String> lines = LogFile.lastLines(log, logStart, 2);
            return code == 0 ? "" : "(" + String.join(" ", lines) + ")";
        } finally {
            process.handle().descendants().forEach(ProcessHandle::destroyForcibly);
            process.close();
        }
    }
}
