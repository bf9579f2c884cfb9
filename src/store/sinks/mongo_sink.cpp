// MongoDB: a document a row, Decimal128 and Date, a unique index on the key, upserts in unordered bulks, a collection
// an instrument. `sample_time` is called `current_time` there, as in the collections that users already have. Fields
// that are in a document and not in ours stay.
//
// A level of a book is a document too: far from the 16 MiB that one may have, however large the book; a range of
// prices is found by the index; and a batch that is sent again, cut elsewhere, is the same documents.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "acts/base/assert.hpp"

#include "store/sinks/mongo_handles.hpp"
#include "store/sinks/sink.hpp"
#include "store/sinks/sink_text.hpp"
#include "store/sinks/sink_uri.hpp"

namespace acts {
namespace {

// What a call writes into.
struct Reply {
  bson_t document = BSON_INITIALIZER;
  Reply() = default;
  ~Reply() { bson_destroy(&document); }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
};

// Significant digits of a Decimal128.
constexpr int kMostDigits = 34;

const std::string& field_name(const Column& column) {
  static const std::string kTime = "current_time";
  return column.name == "sample_time" ? kTime : column.name;
}

int length(const std::string& text) { return static_cast<int>(text.size()); }

struct Appender {
  bson_t* document;
  const std::string& name;
  void operator()(std::monostate) const { bson_append_null(document, name.c_str(), length(name)); }
  void operator()(const std::string& text) const {
    bson_append_utf8(document, name.c_str(), length(name), text.c_str(), length(text));
  }
  void operator()(UnixNanos time) const {
    bson_append_date_time(document, name.c_str(), length(name), to_unix_millis(time));
  }
  void operator()(const Decimal& number) const {
    bson_decimal128_t exact;
    // Its digits were counted: it fits.
    ACTS_ASSERT(bson_decimal128_from_string(to_string(number).c_str(), &exact));
    bson_append_decimal128(document, name.c_str(), length(name), &exact);
  }
  void operator()(double ratio) const { bson_append_double(document, name.c_str(), length(name), ratio); }
  void operator()(std::int64_t count) const { bson_append_int64(document, name.c_str(), length(name), count); }
};

std::string cannot_hold(const MinuteRow& row, const RowSchema& schema) {
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const auto* number = std::get_if<Decimal>(&row.values[i]);
    const int digits = number != nullptr ? digits_of(*number).digits : 0;
    if (digits > kMostDigits) {
      return fmt::format("{} has {} digits, a Decimal128 holds {}", schema.columns[i].name, digits, kMostDigits);
    }
  }
  return {};
}

// Of one document that was refused: what is wrong with it, rather than with the server. A duplicate key is a race with
// an earlier attempt of ours that was given up, and goes with the next one.
bool is_of_the_document(int code) {
  constexpr std::array kCodes{2, 9, 14, 52, 56, 57, 121, 10334, 17280, 17419, 17420};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

// An entry of "writeErrors": the others of its bulk are stored.
struct NamedError {
  std::int64_t index = -1;
  int code = 0;
  std::string reason;
};

NamedError named_error(const bson_iter_t& entry) {
  NamedError error;
  bson_iter_t field;
  if (!bson_iter_recurse(&entry, &field)) return error;
  while (bson_iter_next(&field)) {
    const std::string_view key = bson_iter_key(&field);
    if (key == "index") error.index = bson_iter_as_int64(&field);
    if (key == "code") error.code = static_cast<int>(bson_iter_as_int64(&field));
    if (key == "errmsg" && BSON_ITER_HOLDS_UTF8(&field)) error.reason = one_line(bson_iter_utf8(&field, nullptr));
  }
  return error;
}

bool has_entries(const bson_t* reply, const char* name) {
  bson_iter_t at;
  bson_iter_t entry;
  return bson_iter_init_find(&at, reply, name) && bson_iter_recurse(&at, &entry) && bson_iter_next(&entry);
}

std::vector<NamedError> named_errors(const bson_t* reply) {
  std::vector<NamedError> errors;
  bson_iter_t at;
  bson_iter_t entry;
  if (!bson_iter_init_find(&at, reply, "writeErrors") || !bson_iter_recurse(&at, &entry)) return errors;
  while (bson_iter_next(&entry)) errors.push_back(named_error(entry));
  return errors;
}

std::unexpected<Error> failed(const bson_error_t& error) {
  constexpr std::array<std::uint32_t, 3> kRefused{11 /* login */, 13 /* rights */, 18 /* login */};
  const bool is_login = error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE;
  const bool is_refused =
      is_login || (error.domain == MONGOC_ERROR_SERVER && std::ranges::find(kRefused, error.code) != kRefused.end());
  return fail(is_refused ? ErrorCode::kRefused : ErrorCode::kRetry, one_line(&error.message[0]));
}

Result<Value> value_at(const bson_t* document, const Column& column) {
  bson_iter_t at;
  if (!bson_iter_init_find(&at, document, field_name(column).c_str()) || BSON_ITER_HOLDS_NULL(&at)) return Value{};
  switch (column.type) {
    case ColumnType::kText:
      if (BSON_ITER_HOLDS_UTF8(&at)) return Value{std::string(bson_iter_utf8(&at, nullptr))};
      break;
    case ColumnType::kTime:
      if (BSON_ITER_HOLDS_DATE_TIME(&at)) return Value{from_unix_millis(bson_iter_date_time(&at))};
      break;
    case ColumnType::kDecimal: {
      bson_decimal128_t number;
      if (!bson_iter_decimal128(&at, &number)) break;
      std::array<char, BSON_DECIMAL128_STRING> text{};
      bson_decimal128_to_string(&number, text.data());
      return parse_value(column, plain_decimal(text.data()));
    }
    case ColumnType::kRatio:
      if (BSON_ITER_HOLDS_DOUBLE(&at) && std::isfinite(bson_iter_double(&at))) return Value{bson_iter_double(&at)};
      break;
    case ColumnType::kCount:
      if (BSON_ITER_HOLDS_INT(&at)) return Value{bson_iter_as_int64(&at)};
      break;
  }
  return fail(ErrorCode::kRetry, fmt::format("field {} is not of the type that acts writes", column.name));
}

// The library begins its work as the program is loaded, by putting its counters into a file of shared memory, which a
// kill leaves behind and the next process of that number complains of. Nothing reads them.
[[gnu::constructor(101)]] void keep_counters_private() { ::setenv("MONGOC_DISABLE_SHM", "1", 0); }

class MongoSink final : public Sink {
 public:
  MongoSink(const SinkSettings& settings, SinkContent content, SinkLimits limits)
      : settings_(settings),
        layout_(layout_of(settings, content)),
        uri_(split_uri(settings.uri)),
        limits_(std::move(limits)) {
    init_mongo();
  }

  Result<std::vector<std::string>> open(const RowSchema& schema) override;
  Result<std::vector<Refusal>> write(std::span<const MinuteRow> rows) override;
  Result<std::vector<MinuteRow>> read(const std::string& venue, const std::string& symbol) override;
  Result<void> remove(const std::string& venue, const std::string& symbol) override;
  [[nodiscard]] std::string target() const override {
    return fmt::format("{}, collections {}", shown(uri_), layout_.collection);
  }

 private:
  Result<void> connect();
  Result<void> ping();
  [[nodiscard]] std::string collection_of(const std::string& venue, const std::string& symbol) const;
  [[nodiscard]] MongoCollection collection(const std::string& name) const {
    return MongoCollection(mongoc_client_get_collection(client_.get(), uri_.database.c_str(), name.c_str()));
  }
  Result<void> make_index(const std::string& name);
  void append_key(bson_t* key, const MinuteRow& row) const;
  void append_update(bson_t* update, const MinuteRow& row) const;
  // Those of the bulk that the server names, as positions in `members`; the whole bulk's failure as an error.
  Result<void> write_to(const std::string& name, std::span<const MinuteRow> rows,
                        const std::vector<std::size_t>& members, std::vector<Refusal>& refusals);
  Result<std::vector<std::string>> collections();
  Result<void> read_from(const std::string& name, const std::string& venue, const std::string& symbol,
                         std::vector<MinuteRow>& rows);

  SinkSettings settings_;
  SinkLayout layout_;
  SinkUri uri_;
  SinkLimits limits_;
  MongoClient client_;
  RowSchema schema_;
  std::set<std::string, std::less<>> indexed_;  // collections that are known to have their index
};

Result<std::vector<std::string>> MongoSink::open(const RowSchema& schema) {
  schema_ = schema;
  indexed_.clear();
  if (auto connected = connect(); !connected) return std::unexpected(std::move(connected.error()));
  if (auto answered = ping(); !answered) return std::unexpected(std::move(answered.error()));
  // Collections and their indexes are made with the first row of an instrument.
  return std::vector<std::string>{};
}

Result<void> MongoSink::connect() {
  bson_error_t error;
  const MongoUri uri(mongoc_uri_new_with_error(settings_.uri.c_str(), &error));
  if (!uri) return fail(ErrorCode::kRefused, one_line(&error.message[0]));
  const auto millis = [](Nanos span) {
    return static_cast<std::int32_t>(std::chrono::ceil<std::chrono::milliseconds>(span).count());
  };
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, millis(limits_.connect));
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, millis(limits_.connect));
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SOCKETTIMEOUTMS, millis(limits_.answer));
  // We retry by ourselves, with back-off and a limit on each attempt.
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_RETRYWRITES, false);
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_RETRYREADS, false);
  if (!settings_.password.empty()) mongoc_uri_set_password(uri.get(), settings_.password.c_str());
  // Confirmed is what a change of the primary cannot take back.
  if (mongoc_write_concern_is_default(mongoc_uri_get_write_concern(uri.get()))) {
    const std::unique_ptr<mongoc_write_concern_t, MongoCall<mongoc_write_concern_destroy>> concern(
        mongoc_write_concern_new());
    mongoc_write_concern_set_wmajority(concern.get(), millis(limits_.answer));
    mongoc_uri_set_write_concern(uri.get(), concern.get());
  }
  client_.reset(mongoc_client_new_from_uri_with_error(uri.get(), &error));
  if (!client_) return fail(ErrorCode::kRefused, one_line(&error.message[0]));
  mongoc_client_set_error_api(client_.get(), MONGOC_ERROR_API_VERSION_2);
  mongoc_client_set_appname(client_.get(), "acts");
  return {};
}

Result<void> MongoSink::ping() {
  bson_error_t error;
  const Bson command(BCON_NEW("ping", BCON_INT32(1)));
  if (mongoc_client_command_simple(client_.get(), uri_.database.c_str(), command.get(), nullptr, nullptr, &error)) {
    return {};
  }
  return failed(error);
}

std::string MongoSink::collection_of(const std::string& venue, const std::string& symbol) const {
  constexpr std::string_view kQuote = "USDT";
  if (venue != "binance-spot" || !symbol.ends_with(kQuote) || symbol.size() == kQuote.size()) {
    return fmt::format("{}_{}_{}", venue, symbol, layout_.other_ending);
  }
  std::string name = layout_.collection;
  constexpr std::string_view kBase = "{base}";
  return name.replace(name.find(kBase), kBase.size(), symbol.substr(0, symbol.size() - kQuote.size()));
}

Result<void> MongoSink::make_index(const std::string& name) {
  if (indexed_.contains(name)) return {};
  const Bson key(bson_new());
  for (std::size_t i = 0; i < layout_.key_columns; ++i) {
    const std::string& field = field_name(schema_.columns[i]);
    bson_append_int32(key.get(), field.c_str(), length(field), 1);
  }
  const Bson command(BCON_NEW("createIndexes", BCON_UTF8(name.c_str()), "indexes", "[", "{", "key",
                              BCON_DOCUMENT(key.get()), "name", BCON_UTF8("acts_key"), "unique", BCON_BOOL(true), "}",
                              "]"));
  bson_error_t error;
  if (!mongoc_client_write_command_with_opts(client_.get(), uri_.database.c_str(), command.get(), nullptr, nullptr,
                                             &error)) {
    auto why = failed(error);
    why.error().message = fmt::format("index of {}: {}", name, why.error().message);
    return why;
  }
  indexed_.insert(name);
  return {};
}

void MongoSink::append_key(bson_t* key, const MinuteRow& row) const {
  for (std::size_t i = 0; i < layout_.key_columns; ++i) {
    std::visit(Appender{key, field_name(schema_.columns[i])}, row.values[i]);
  }
}

void MongoSink::append_update(bson_t* update, const MinuteRow& row) const {
  bson_t set;
  bson_append_document_begin(update, "$set", -1, &set);
  for (std::size_t i = layout_.key_columns; i < row.values.size(); ++i) {
    std::visit(Appender{&set, field_name(schema_.columns[i])}, row.values[i]);
  }
  bson_append_document_end(update, &set);
}

Result<std::vector<Refusal>> MongoSink::write(std::span<const MinuteRow> rows) {
  std::vector<Refusal> refusals;
  std::map<std::string, std::vector<std::size_t>> by_collection;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::string reason = cannot_hold(rows[i], schema_); !reason.empty()) {
      refusals.push_back({i, std::move(reason)});
    } else {
      by_collection[collection_of(rows[i].venue(), rows[i].symbol())].push_back(i);
    }
  }
  for (const auto& [name, members] : by_collection) {
    // libmongoc knows no other way to give up than between two calls.
    if (limits_.cancelled && limits_.cancelled()) return fail(ErrorCode::kRetry, "given up: acts ends");
    if (auto made = make_index(name); !made) return std::unexpected(std::move(made.error()));
    if (auto written = write_to(name, rows, members, refusals); !written) {
      return std::unexpected(std::move(written.error()));
    }
  }
  return refusals;
}

Result<void> MongoSink::write_to(const std::string& name, std::span<const MinuteRow> rows,
                                 const std::vector<std::size_t>& members, std::vector<Refusal>& refusals) {
  const Bson unordered(BCON_NEW("ordered", BCON_BOOL(false)));
  const MongoCollection into = collection(name);
  const MongoBulk bulk(mongoc_collection_create_bulk_operation_with_opts(into.get(), unordered.get()));
  const Bson upsert(BCON_NEW("upsert", BCON_BOOL(true)));
  bson_error_t error;
  for (const std::size_t i : members) {
    const Bson key(bson_new());
    const Bson update(bson_new());
    append_key(key.get(), rows[i]);
    append_update(update.get(), rows[i]);
    if (!mongoc_bulk_operation_update_one_with_opts(bulk.get(), key.get(), update.get(), upsert.get(), &error)) {
      // Too large a document, or text that is not UTF-8.
      return fail(ErrorCode::kBadInput, one_line(&error.message[0]));
    }
  }
  Reply reply;
  const bool is_stored = mongoc_bulk_operation_execute(bulk.get(), &reply.document, &error) != 0;
  if (is_stored) return {};
  auto named = named_errors(&reply.document);
  // Without names nothing is known of any document; so too if the confirmation of all of them failed.
  if (named.empty() || has_entries(&reply.document, "writeConcernErrors")) return failed(error);
  for (NamedError& one : named) {
    const bool is_known = one.index >= 0 && static_cast<std::size_t>(one.index) < members.size();
    if (!is_known || !is_of_the_document(one.code)) return failed(error);
    refusals.push_back({members[static_cast<std::size_t>(one.index)], std::move(one.reason)});
  }
  return {};
}

Result<std::vector<std::string>> MongoSink::collections() {
  const MongoDatabase database(mongoc_client_get_database(client_.get(), uri_.database.c_str()));
  bson_error_t error;
  char** const names = mongoc_database_get_collection_names_with_opts(database.get(), nullptr, &error);
  if (names == nullptr) return failed(error);
  const MongoNames freed(names);
  std::vector<std::string> all;
  for (char** name = names; *name != nullptr; ++name) {
    if (!std::string_view(*name).starts_with("system.")) all.emplace_back(*name);
  }
  return all;
}

Result<std::vector<MinuteRow>> MongoSink::read(const std::string& venue, const std::string& symbol) {
  std::vector<MinuteRow> rows;
  auto names = venue.empty() || symbol.empty()
                   ? collections()
                   : Result<std::vector<std::string>>(std::vector{collection_of(venue, symbol)});
  if (!names) return std::unexpected(std::move(names.error()));
  for (const std::string& name : *names) {
    if (auto done = read_from(name, venue, symbol, rows); !done) return std::unexpected(std::move(done.error()));
  }
  std::ranges::sort(rows, {}, [](const MinuteRow& r) { return std::tuple(r.sample_time(), r.venue(), r.symbol()); });
  return rows;
}

Result<void> MongoSink::read_from(const std::string& name, const std::string& venue, const std::string& symbol,
                                  std::vector<MinuteRow>& rows) {
  const Bson filter(bson_new());
  if (!venue.empty()) BSON_APPEND_UTF8(filter.get(), "venue", venue.c_str());
  if (!symbol.empty()) BSON_APPEND_UTF8(filter.get(), "symbol", symbol.c_str());
  const MongoCollection from = collection(name);
  const MongoCursor cursor(mongoc_collection_find_with_opts(from.get(), filter.get(), nullptr, nullptr));
  for (const bson_t* document = nullptr; mongoc_cursor_next(cursor.get(), &document);) {
    MinuteRow row;
    for (const Column& column : schema_.columns) {
      auto value = value_at(document, column);
      if (!value) return std::unexpected(std::move(value.error()));
      row.values.push_back(std::move(*value));
    }
    // Documents of others may lie beside ours.
    if (row.values[0].index() != 0 && row.values[1].index() != 0 && row.values[2].index() != 0) {
      rows.push_back(std::move(row));
    }
  }
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) return failed(error);
  return {};
}

Result<void> MongoSink::remove(const std::string& venue, const std::string& symbol) {
  const Bson filter(BCON_NEW("venue", BCON_UTF8(venue.c_str()), "symbol", BCON_UTF8(symbol.c_str())));
  const MongoCollection from = collection(collection_of(venue, symbol));
  bson_error_t error;
  if (!mongoc_collection_delete_many(from.get(), filter.get(), nullptr, nullptr, &error)) return failed(error);
  return {};
}

}  // namespace

std::unique_ptr<Sink> make_mongo_sink(const SinkSettings& settings, SinkContent content, SinkLimits limits) {
  return std::make_unique<MongoSink>(settings, content, std::move(limits));
}

}  // namespace acts
