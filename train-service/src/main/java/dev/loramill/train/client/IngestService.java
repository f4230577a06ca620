package dev.loramill.train.client;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jspecify.annotations.Nullable;

/** What this service asks of ingest-service. */
@ApplicationScoped
public class IngestService {
    private final IngestClient client;
    private final IngestConfig config;

    IngestService(@RestClient IngestClient client, IngestConfig config) {
        this.client = client;
        this.config = config;
    }

    /** What ingest-service said when it was asked to open a dataset. */
    public sealed interface Opening {
        /**
         * The dataset is there.
         *
         * @param fault why its rows cannot be read; null while they can
         */
        record Opened(@Nullable String fault) implements Opening {}

        /** The dataset cannot be opened. */
        record Refused(String message) implements Opening {}
    }

    /**
     * The file with an id; empty when there is none.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public Optional<TrainingFile> file(String id) throws ServiceAwayException {
        try {
            IngestClient.FileBody file = client.file(id);
            if (file.sha256() == null || file.sha256().isEmpty()) {
                throw new PassingFaultException("it tells no sha256");
            }
            String purpose = file.purpose() == null ? "unknown" : file.purpose();
            return Optional.of(new TrainingFile(id, file.sha256(), purpose));
        } catch (ServiceAnswerException e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw away("file \"%s\"".formatted(id), e);
        } catch (RuntimeException e) {
            throw away("file \"%s\"".formatted(id), e);
        }
    }

    /**
     * Opens a dataset on a file, or finds the one that was opened so before.
     *
     * @throws ServiceAwayException when the service gives no usable answer
     */
    public Opening open(String datasetId, String fileId, String recipe)
            throws ServiceAwayException {
        try {
            IngestClient.DatasetBody dataset =
                    client.open(new IngestClient.OpeningBody(datasetId, fileId, recipe));
            IngestClient.Fault fault = dataset.error();
            return new Opening.Opened(fault == null ? null : String.valueOf(fault.message()));
        } catch (ServiceAnswerException e) {
            return new Opening.Refused(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            throw away("dataset \"%s\"".formatted(datasetId), e);
        }
    }

    private ServiceAwayException away(String what, RuntimeException cause) {
        return new ServiceAwayException(
                "ingest-service at %s cannot be asked for %s: %s"
                        .formatted(config.url(), what, cause.getMessage()),
                cause);
    }
}
