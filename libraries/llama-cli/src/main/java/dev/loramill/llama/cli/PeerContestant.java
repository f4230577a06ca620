package dev.loramill.llama.cli;

import java.io.IOException;
import java.nio.file.Path;

/** llama.cpp's own server, embedded by xllamacpp. */
final class PeerContestant implements BenchContestant {
    private final PythonPeer peer;

    PeerContestant(Path python, Path base, int threads) throws IOException {
        this.peer =
                PythonPeer.start(
                        python,
                        "bench_binding.py",
                        base.toString(),
                        Integer.toString(threads),
                        Integer.toString(PROMPT_TOKENS),
                        Integer.toString(GENERATED_TOKENS));
    }

    @Override
    public String name() {
        return "xllamacpp";
    }

    @Override
    public Speed measure() throws IOException {
        PythonPeer.Answer answer = peer.ask();
        return new Speed(answer.number("prefill"), answer.number("decode"));
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }
}
