package dev.loramill.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.Objects;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@QuarkusTest
class LogLinesTest {
    private static final String FORGED = "a\n2026-01-01 ERROR forged\r\u001b[31m\u2028b\u202e";
    private static final String SHOWN = "a\\n2026-01-01 ERROR forged\\r\\u001b[31m\\u2028b\\u202e";

    private static String printed(LogRecord record) {
        assertThat(new LogLines().isLoggable(record)).isTrue();
        return new PatternFormatter("%s%e%n").format(ExtLogRecord.wrap(record));
    }

    @Test
    void valuesWithLineBreaksStayOnTheLineOfTheirSentence() {
        StringBuilder logged = new StringBuilder();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(@Nullable LogRecord record) {
                        logged.append(printed(Objects.requireNonNull(record)));
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger("lines");
        logger.addHandler(handler);
        try {
            LoggerFactory.getLogger("lines").atWarn().addKeyValue("model", FORGED).log("Refused");
            LoggerFactory.getLogger("lines").atWarn().addKeyValue("model", "plain").log("Refused");
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(logged.toString().lines())
                .hasSize(2)
                .first()
                .asString()
                .contains("Refused", SHOWN);
        assertThat(logged.toString()).contains("plain");
    }

    @Test
    void messagesOfWhatWasThrownStayOnTheirLines() {
        IllegalStateException thrown =
                new IllegalStateException(FORGED, new IllegalArgumentException(FORGED));
        thrown.addSuppressed(new IllegalStateException(FORGED));
        LogRecord record = new LogRecord(Level.SEVERE, "It failed");
        record.setThrown(thrown);
        assertThat(printed(record).lines())
                .noneMatch(line -> line.startsWith("2026"))
                .anyMatch(line -> line.contains("IllegalStateException: " + SHOWN))
                .anyMatch(line -> line.contains("Caused by: java.lang.IllegalArgumentException"))
                .anyMatch(line -> line.contains("LogLinesTest.messagesOfWhat"));
    }

    @Test
    void theConsoleOfEveryServiceFiltersItsLines() {
        assertThat(Arrays.stream(InitialConfigurator.DELAYED_HANDLER.getHandlers()))
                .filteredOn(ConsoleHandler.class::isInstance)
                .isNotEmpty()
                .allSatisfy(console -> {
                    ExtLogRecord record =
                            new ExtLogRecord(Level.WARNING, FORGED, LogLinesTest.class.getName());
                    assertThat(Objects.requireNonNull(console.getFilter()).isLoggable(record))
                            .isTrue();
                    assertThat(record.getMessage()).isEqualTo(SHOWN);
                });
    }
}
