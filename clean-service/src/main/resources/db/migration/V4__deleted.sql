-- A dataset that was deleted leaves its id, so that rows of it that are still on their way are not kept.
ALTER TABLE dataset DROP CONSTRAINT dataset_state_check;
ALTER TABLE dataset ADD CONSTRAINT dataset_state_check
    CHECK (state IN ('open', 'sealed', 'cleaned', 'deleted'));
