"""Another client of the lake lets all snapshots but the newest expire, and removes what only they read."""

from lake import attached

connection = attached()
connection.execute("CALL ducklake_expire_snapshots('lake', older_than => now())")
connection.execute("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")
[(kept,)] = connection.execute("SELECT count(*) FROM ducklake_snapshots('lake')").fetchall()
print(f"{kept} snapshots are kept")
