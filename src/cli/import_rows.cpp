#include "cli/import_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "acts/features/bands.hpp"
#include "acts/features/feature.hpp"

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/problems.hpp"
#include "cli/stored_rows.hpp"
#include "live/data_lock.hpp"
#include "store/row_merge.hpp"
#include "store/row_merger.hpp"
#include "store/sinks/bson_row.hpp"
#include "store/sinks/mongo_rows.hpp"
#include "store/sqlite_store.hpp"

namespace acts::cli {
namespace {

constexpr std::size_t kMostFieldsNamed = 20;

// What is remarkable about the documents of a collection.
struct DocumentFacts {
  std::uint64_t documents = 0;
  std::uint64_t refused = 0;
  std::uint64_t from_doubles = 0;      // values
  std::set<std::string> unknown = {};  // fields, the first of them
};

class CollectionImport {
 public:
  CollectionImport(MongoRows& source, const RowImport& wanted, std::string name, RowOwner owner)
      : source_(&source), wanted_(&wanted), name_(std::move(name)), owner_(std::move(owner)) {}

  // Looks through all documents: nothing of a collection is stored if too many are bad.
  Result<DocumentFacts> look(const RowSchema& schema, Problems& problems) {
    DocumentFacts facts;
    const auto note = [&](Result<BsonRow> row) -> Result<void> {
      ++facts.documents;
      if (!row) {
        problems.add(fmt::format("{}: document {}: {}", name_, facts.documents, row.error().message));
        if (++facts.refused <= wanted_->max_bad_rows) return {};
        return fail(ErrorCode::kBadInput, fmt::format("{}: more than {} documents cannot be read: nothing of it is "
                                                      "imported",
                                                      name_, wanted_->max_bad_rows));
      }
      facts.from_doubles += row->from_doubles;
      for (std::string& field : row->unknown) {
        if (facts.unknown.size() < kMostFieldsNamed) facts.unknown.insert(std::move(field));
      }
      return {};
    };
    if (const Result<void> done = for_each(schema, note); !done) return std::unexpected(done.error());
    return facts;
  }

  Result<MergeCounts> store(SqliteStore& store) {
    RowMerger merger(store, wanted_->replaces);
    Result<void> done = for_each(store.schema(), [&merger](Result<BsonRow> row) -> Result<void> {
      return row ? merger.add(std::move(row->row)) : Result<void>();
    });
    if (done) done = merger.finish();
    if (!done) return std::unexpected(done.error());
    return merger.counts();
  }

 private:
  Result<void> for_each(const RowSchema& schema, const std::function<Result<void>(Result<BsonRow>)>& take) {
    source_->start(name_);
    for (;;) {
      if (is_interrupted()) return fail(ErrorCode::kCancelled, "interrupted");
      const auto document = source_->next();
      if (!document) return std::unexpected(document.error());
      if (!*document) return {};
      if (Result<void> taken = take(row_of_bson(**document, schema, owner_)); !taken) return taken;
    }
  }

  MongoRows* source_;
  const RowImport* wanted_;
  std::string name_;
  RowOwner owner_;
};

// Our own columns; of a store that is there, first those that it has.
Result<std::unique_ptr<SqliteStore>> open_store(const std::string& path) {
  RowSchema schema = make_schema(BandList::defaults());
  if (std::filesystem::exists(path)) {
    const auto present = SqliteStore::open_to_read(path);
    if (!present) return std::unexpected(present.error());
    schema = united((*present)->schema(), schema);
  }
  return SqliteStore::open(path, schema);
}

std::string summary_of(const std::string& name, const DocumentFacts& facts, const MergeCounts& counts) {
  std::string line = fmt::format(
      "{}: {} documents: {} rows added, {} the same, {} differed: {} of ours kept, {} of theirs taken", name,
      facts.documents, counts.added, counts.same, counts.kept + counts.taken, counts.kept, counts.taken);
  if (facts.from_doubles > 0) {
    line += fmt::format("; {} exact values were doubles, taken as the shortest decimals that give them",
                        facts.from_doubles);
  }
  if (facts.refused > 0) line += fmt::format("; {} documents left out", facts.refused);
  if (!facts.unknown.empty()) line += fmt::format("; fields left out: {}", fmt::join(facts.unknown, ", "));
  return line + "\n";
}

Result<void> import_collection(CollectionImport one, const std::string& name, SqliteStore& store) {
  Problems problems;
  const auto facts = one.look(store.schema(), problems);
  problems.finish();
  if (!facts) return std::unexpected(facts.error());
  const auto counts = one.store(store);
  if (!counts) return std::unexpected(counts.error());
  tell(summary_of(name, *facts, *counts));
  return {};
}

}  // namespace

int import_rows(const RowImport& wanted) {
  stop_at_signals();
  // A collector that runs would not see columns that are added below it.
  const auto lock = lock_data_dir(wanted.data_dir);
  if (!lock) return complain(lock.error());
  const auto source = MongoRows::open(wanted.uri);
  if (!source) return complain(source.error());
  const auto names = (*source)->collections();
  if (!names) return complain(names.error());
  const auto store = open_store(store_path(wanted.data_dir));
  if (!store) return complain(store.error());
  int code = kExitDone;
  std::size_t imported = 0;
  for (const std::string& name : *names) {
    const Result<RowOwner> owner = owner_of_collection(name);
    if (!owner || (!wanted.symbol.empty() && owner->symbol != wanted.symbol)) continue;
    ++imported;
    const auto done = import_collection(CollectionImport(**source, wanted, name, *owner), name, **store);
    if (done) continue;
    code = complain_of_interrupted(done.error());
    if (done.error().code != ErrorCode::kBadInput) return code;
  }
  if (imported > 0) return code;
  return complain({ErrorCode::kBadInput, "there is no collection of minute rows, as BTC_data, in that database"});
}

}  // namespace acts::cli
