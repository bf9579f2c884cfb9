// Collections of minute rows, to be read: by a cursor, of which one batch is in memory. Blocking, within limits. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

namespace acts {

struct MongoLimits {
  Nanos connect = std::chrono::seconds{5};
  Nanos answer = std::chrono::seconds{60};  // of one request
};

class MongoRows {
 public:
  // `uri`: mongodb:// or mongodb+srv://, with a database. Errors of all: kUsage: it is none; kRefused: the server says
  // no; kRetry: it cannot be reached. One line without secrets.
  static Result<std::unique_ptr<MongoRows>> open(const std::string& uri, const MongoLimits& limits = {});
  ~MongoRows();
  MongoRows(const MongoRows&) = delete;
  MongoRows& operator=(const MongoRows&) = delete;

  // By name, those of the system left out.
  Result<std::vector<std::string>> collections();
  // From now on next() gives this one's documents from the first on.
  void start(const std::string& collection);
  // The bytes of the next one, which last until the next call; nothing: there is none.
  Result<std::optional<std::span<const std::uint8_t>>> next();

 private:
  struct Impl;
  explicit MongoRows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Whether it is the address of one.
bool is_mongo_uri(std::string_view text) noexcept;

}  // namespace acts
