package dev.loramill.outbox;

import io.quarkus.flyway.FlywayConfigurationCustomizer;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Refuses, in a sentence, a database whose schema is not one that this release made or can bring
 * forward. Flyway alone lets newer ones pass and answers others with a stack trace.
 */
@Singleton
class SchemaGuard implements FlywayConfigurationCustomizer {
    @Override
    public void customize(FluentConfiguration configuration) {
        configuration.callbacks(new Look());
    }

    private static final class Look extends BaseCallback {
        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.BEFORE_VALIDATE;
        }

        @Override
        public void handle(Event event, Context context) {
            FluentConfiguration plain =
                    Flyway.configure()
                            .configuration(context.getConfiguration())
                            .callbacks(new Callback[0]);
            MigrationInfoService migrations = plain.load().info();
            String fault = fault(migrations);
            if (!fault.isEmpty()) {
                throw new ConfigurationException(
                        "the database at %s %s; start the release that made it, restore a backup, or set quarkus.datasource.jdbc.url to another database"
                                .formatted(address(context), fault));
            }
        }

        private static String address(Context context) {
            try {
                return String.valueOf(context.getConnection().getMetaData().getURL());
            } catch (SQLException e) {
                throw new IllegalStateException("the database does not tell its address", e);
            }
        }

        private static String fault(MigrationInfoService migrations) {
            String unknown =
                    Arrays.stream(migrations.applied())
                            .filter(migration ->
                                    migration.getState().isApplied()
                                            && !migration.getState().isResolved())
                            .map(Look::name)
                            .collect(Collectors.joining(", "));
            if (!unknown.isEmpty()) {
                return "has schema changes that this release does not know (%s)".formatted(unknown);
            }
            String changed =
                    Arrays.stream(migrations.applied())
                            .filter(migration -> !migration.isChecksumMatching())
                            .map(Look::name)
                            .collect(Collectors.joining(", "));
            if (!changed.isEmpty()) {
                return "was made with other schema changes than this release has (%s)"
                        .formatted(changed);
            }
            return "";
        }

        private static String name(MigrationInfo migration) {
            return "version %s, \"%s\""
                    .formatted(migration.getVersion(), migration.getDescription());
        }
    }
}
