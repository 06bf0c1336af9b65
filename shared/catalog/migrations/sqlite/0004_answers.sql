-- What a write that changed nothing answered, where neither the ledger nor the request tells it: a replay says it again.

ALTER TABLE eider_write ADD COLUMN answer TEXT;
