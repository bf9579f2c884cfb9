#include "store/sinks/mongo_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "acts/base/assert.hpp"

#include "store/sinks/mongo_handles.hpp"
#include "store/sinks/sink_text.hpp"
#include "store/sinks/sink_uri.hpp"

namespace acts {
namespace {

std::int32_t whole_millis_of(Nanos span) {
  return static_cast<std::int32_t>(std::chrono::ceil<std::chrono::milliseconds>(span).count());
}

}  // namespace

struct MongoRows::Impl {
  SinkUri uri;
  MongoClient client;
  MongoCollection collection;
  MongoCursor cursor;  // of it: goes first

  [[nodiscard]] std::unexpected<Error> failed(const bson_error_t& error) const {
    constexpr std::array<std::uint32_t, 3> kNo{11 /* login */, 13 /* rights */, 18 /* login */};
    const bool is_login = error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE;
    const bool is_refused =
        is_login || (error.domain == MONGOC_ERROR_SERVER && std::ranges::find(kNo, error.code) != kNo.end());
    return fail(is_refused ? ErrorCode::kRefused : ErrorCode::kRetry,
                fmt::format("{}: {}", shown(uri), one_line(&error.message[0])));
  }
};

bool is_mongo_uri(std::string_view text) noexcept {
  return text.starts_with("mongodb://") || text.starts_with("mongodb+srv://");
}

MongoRows::MongoRows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MongoRows::~MongoRows() = default;

Result<std::unique_ptr<MongoRows>> MongoRows::open(const std::string& uri, const MongoLimits& limits) {
  init_mongo();
  auto impl = std::make_unique<Impl>();
  impl->uri = split_uri(uri);
  if (impl->uri.database.empty()) {
    return fail(ErrorCode::kUsage, fmt::format("{}: it names no database: mongodb://HOST/DATABASE", shown(impl->uri)));
  }
  bson_error_t error;
  const MongoUri parsed(mongoc_uri_new_with_error(uri.c_str(), &error));
  if (!parsed) {
    return fail(ErrorCode::kUsage, fmt::format("{}: {}", shown(impl->uri), one_line(&error.message[0])));
  }
  mongoc_uri_set_option_as_int32(parsed.get(), MONGOC_URI_CONNECTTIMEOUTMS, whole_millis_of(limits.connect));
  mongoc_uri_set_option_as_int32(parsed.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, whole_millis_of(limits.connect));
  mongoc_uri_set_option_as_int32(parsed.get(), MONGOC_URI_SOCKETTIMEOUTMS, whole_millis_of(limits.answer));
  impl->client.reset(mongoc_client_new_from_uri_with_error(parsed.get(), &error));
  if (!impl->client) return impl->failed(error);
  mongoc_client_set_error_api(impl->client.get(), MONGOC_ERROR_API_VERSION_2);
  mongoc_client_set_appname(impl->client.get(), "acts");
  return std::unique_ptr<MongoRows>(new MongoRows(std::move(impl)));
}

Result<std::vector<std::string>> MongoRows::collections() {
  const MongoDatabase database(mongoc_client_get_database(impl_->client.get(), impl_->uri.database.c_str()));
  bson_error_t error;
  const MongoNames names(mongoc_database_get_collection_names_with_opts(database.get(), nullptr, &error));
  if (!names) return impl_->failed(error);
  std::vector<std::string> all;
  for (char** name = names.get(); *name != nullptr; ++name) {
    if (!std::string_view(*name).starts_with("system.")) all.emplace_back(*name);
  }
  std::ranges::sort(all);
  return all;
}

void MongoRows::start(const std::string& collection) {
  impl_->cursor.reset();
  impl_->collection.reset(
      mongoc_client_get_collection(impl_->client.get(), impl_->uri.database.c_str(), collection.c_str()));
  const Bson everything(bson_new());
  impl_->cursor.reset(mongoc_collection_find_with_opts(impl_->collection.get(), everything.get(), nullptr, nullptr));
}

Result<std::optional<std::span<const std::uint8_t>>> MongoRows::next() {
  ACTS_ASSERT(impl_->cursor != nullptr);
  const bson_t* document = nullptr;
  if (mongoc_cursor_next(impl_->cursor.get(), &document)) {
    return std::optional(std::span<const std::uint8_t>(bson_get_data(document), document->len));
  }
  bson_error_t error;
  if (mongoc_cursor_error(impl_->cursor.get(), &error)) return impl_->failed(error);
  return std::optional<std::span<const std::uint8_t>>();
}

}  // namespace acts
