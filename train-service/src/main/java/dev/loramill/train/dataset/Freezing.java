package dev.loramill.train.dataset;

import dev.loramill.outbox.legacy.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Brings the rows of a file to a frozen version. Every step may be taken again: the id of the
 * dataset follows from the file and the recipe, and freezing the same gives the same version. So
 * nothing needs to be remembered between two calls.
 */
@ApplicationScoped
public class Freezing {
    private final DataSource dataSource;
    private final CleanedDatasetTable cleaned;
    private final IngestService ingest;
    private final CleanService clean;

    Freezing(
            DataSource dataSource,
            CleanedDatasetTable cleaned,
            IngestService ingest,
            CleanService clean) {
        this.dataSource = dataSource;
        this.cleaned = cleaned;
        this.ingest = ingest;
        this.clean = clean;
    }

    /**
     * Takes the next step that can be taken.
     *
     * @throws ServiceAwayException when ingest or clean gives no usable answer; try again
     */
    public FreezingOutcome advance(FreezingRequest request)
            throws SQLException, ServiceAwayException {
        boolean isAnnounced =
                Transactions.call(dataSource, tx -> cleaned.contains(tx, request.datasetId()));
        if (isAnnounced || clean.ledger(request.datasetId()) == CleanService.Ledger.CLEANED) {
            return clean.freeze(request);
        }
        return switch (ingest.open(request.datasetId(), request.fileId(), request.recipe())) {
            case IngestService.Opening.Opened(var fault) when fault == null ->
                    new FreezingOutcome.Waiting();
            case IngestService.Opening.Opened(var fault) ->
                    new FreezingOutcome.Refused(
                            "the rows of \"%s\" cannot be read: %s"
                                    .formatted(request.fileId(), fault));
            case IngestService.Opening.Refused(String message) ->
                    new FreezingOutcome.Refused(message);
        };
    }
}
