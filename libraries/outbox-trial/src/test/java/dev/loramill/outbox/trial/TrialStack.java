package dev.loramill.outbox.trial;

import dev.loramill.stack.PackagedService;
import dev.loramill.stack.ServiceStack;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The packaged application on a broker and a database of its own. */
final class TrialStack extends ServiceStack {
    private TrialStack() throws IOException {
        super("trial");
        TrialGround.createTopics(bootstrapServers());
    }

    /** Starts the application with a configuration, and waits until it is ready. */
    static TrialStack start(Map<String, String> configuration) throws IOException {
        TrialStack stack = new TrialStack();
        stack.launch(List.of(), configuration);
        return stack;
    }

    /** Starts another process of the application beside the first, in the same groups. */
    PackagedService beside(Map<String, String> configuration) throws IOException {
        return launchBeside("beside", configuration);
    }

    /** Everything that took effect, as often as it did; nothing while the database is away. */
    List<String> effects() {
        List<String> values = new ArrayList<>();
        try (Connection connection = database().getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT value FROM effect")) {
            while (result.next()) {
                values.add(Objects.requireNonNull(result.getString(1)));
            }
        } catch (SQLException e) {
            return List.of();
        }
        return values;
    }

    void send(int from, int to) throws Exception {
        Records.send(bootstrapServers(), "trial.in", "", from, to);
    }
}
