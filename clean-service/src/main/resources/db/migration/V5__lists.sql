-- Lists are read page by page in these orders, so that a page costs what it shows, not what there is.
CREATE INDEX row_outcome_kept ON row_outcome (dataset_id, source, line) WHERE outcome = 'kept';
CREATE INDEX row_outcome_changed ON row_outcome (dataset_id, source, line) WHERE rules_applied IS NOT NULL;
CREATE INDEX row_outcome_refused ON row_outcome (dataset_id, outcome, source, line) WHERE outcome <> 'kept';
CREATE INDEX row_outcome_refused_by_rule ON row_outcome (dataset_id, outcome, rule, source, line)
    WHERE outcome <> 'kept';
DROP INDEX row_outcome_by_rule;
CREATE INDEX dataset_by_time ON dataset (seen_at, id);
CREATE INDEX dataset_version_by_time ON dataset_version (created_at, version);
