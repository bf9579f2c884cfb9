#include "live/book_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "acts/base/assert.hpp"

#include "live/real_time.hpp"
#include "store/book_level.hpp"

namespace acts {
namespace {

MinuteRow row_of(const BookReader::Level& read, const BookFile& head) {
  const BookImage& book = head.saved.book.book;
  return book_level_row(std::string(to_string(head.venue)), head.symbol, head.saved_at,
                        {.side = read.side == Side::kBid ? "bid" : "ask",
                         .price = to_decimal(read.level.price, book.scales),
                         .quantity = to_decimal(read.level.quantity, book.scales),
                         .state = state_of(read.level, book),
                         .level = read.place});
}

constexpr std::size_t kBatch = 500;  // files

}  // namespace

Result<std::unique_ptr<SinkSource>> BookSource::open(BookSourceOptions options) {
  const std::string path = (std::filesystem::path(options.data_dir) / "acts.db").string();
  auto outbox = BookOutbox::open(path, options.sink, options.sqlite);
  if (!outbox) return std::unexpected(std::move(outbox.error()));
  // From now on its books stay until it has them, also for a pruner that no configuration tells of it.
  if (auto known = (*outbox)->advance(0); !known) return std::unexpected(std::move(known.error()));
  return std::unique_ptr<SinkSource>(new BookSource(std::move(options), std::move(*outbox)));
}

BookSource::BookSource(BookSourceOptions options, std::unique_ptr<BookOutbox> outbox)
    : options_(std::move(options)),
      schema_(book_level_schema()),
      outbox_(std::move(outbox)),
      folder_(options_.data_dir) {}

Result<OutboxBatch> BookSource::read(std::size_t max) {
  ACTS_ASSERT(max > 0);
  OutboxBatch batch;
  while (batch.unreadable.size() < kMostUnreadable) {
    if (!current_) {
      const auto waiting = next_waiting();
      if (!waiting) return std::unexpected(waiting.error());
      if (!*waiting) return batch;
      const auto begun = begin(**waiting, batch);
      if (!begun && batch.unreadable.empty()) return std::unexpected(begun.error());
      if (!begun) return batch;  // what was set aside is told first
      continue;
    }
    if (auto filled = fill(max); !filled) return std::unexpected(std::move(filled.error()));
    if (!current_->unconfirmed.empty()) break;
    // It has no levels, or the cursor could not be moved behind the last of them.
    if (auto finished = finish(); !finished) return std::unexpected(std::move(finished.error()));
  }
  if (!current_) return batch;
  const std::vector<MinuteRow>& rows = current_->unconfirmed;
  batch.rows.assign(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(max, rows.size())));
  for (std::size_t i = 1; i <= batch.rows.size(); ++i) {
    batch.changes.push_back(confirmed_ + static_cast<std::int64_t>(i));
  }
  return batch;
}

Result<std::optional<WaitingDump>> BookSource::next_waiting() {
  if (auto looked = look(); !looked) return std::unexpected(std::move(looked.error()));
  return outbox_->next();
}

// Numbers the files that are new.
Result<void> BookSource::look() {
  if (looked_at_ && real_nanos() - *looked_at_ < options_.look_interval) return {};
  const std::vector<BookDump> dumps = folder_.look();
  // A batch a transaction: whoever stores rows meanwhile waits for one at most.
  for (std::span<const BookDump> left = dumps; !left.empty();) {
    const std::size_t count = std::min(left.size(), kBatch);
    const auto is_there = [this](const BookDump& dump) {
      std::error_code error;
      return std::filesystem::exists(path_of(options_.data_dir, dump), error);
    };
    if (auto added = outbox_->add(left.first(count), is_there); !added) {
      folder_.forget();
      return added;
    }
    left = left.subspan(count);
  }
  looked_at_ = real_nanos();
  return {};
}

Result<OutboxLag> BookSource::lag() {
  if (auto looked = look(); !looked) return std::unexpected(std::move(looked.error()));
  return outbox_->lag();
}

// Whether no later try mends it: it is damaged, gone, or has been tried often.
bool BookSource::is_hopeless(const WaitingDump& waiting, const Error& error) {
  if (error.code == ErrorCode::kBadInput) return true;
  std::error_code unknown;
  if (!std::filesystem::exists(path_of(options_.data_dir, waiting.dump), unknown) && !unknown) return true;
  if (tried_ != waiting.change) tries_ = 0;
  tried_ = waiting.change;
  return ++tries_ >= kMostTries;
}

Result<void> BookSource::begin(const WaitingDump& waiting, OutboxBatch& batch) {
  const std::string path = path_of(options_.data_dir, waiting.dump);
  Result<void> sound = check(waiting.dump);
  if (sound) {
    auto reader = BookReader::open(path);
    if (reader) {
      current_.emplace(Current{waiting, std::move(*reader)});
      return {};
    }
    sound = std::unexpected(std::move(reader.error()));
  }
  if (!is_hopeless(waiting, sound.error())) return fail(ErrorCode::kStorage, sound.error().message);
  // All of them at once are not gone: their disk is not there, perhaps not yet.
  const std::string folder = full_books_directory(options_.data_dir);
  if (std::error_code error; !std::filesystem::exists(folder, error)) {
    return fail(ErrorCode::kStorage, fmt::format("{}: is not there, with the books that wait for this sink", folder));
  }
  if (auto kept = outbox_->set_aside(waiting.dump, "", "", sound.error().message); !kept) return kept;
  batch.unreadable.push_back(sound.error().message);
  return outbox_->advance(waiting.change);
}

// The whole file, level by level: what is found damaged in the middle would otherwise be there by half.
Result<void> BookSource::check(const BookDump& dump) const {
  const std::string path = path_of(options_.data_dir, dump);
  auto reader = BookReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  const BookFile& head = reader->head();
  if (BookDump{std::string(to_string(head.venue)), head.symbol, head.saved_at} != dump) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: is the book of {} {} at {}, not what its name says", path,
                                                  to_string(head.venue), head.symbol, head.saved_at.value));
  }
  for (;;) {
    const auto level = reader->next();
    if (!level) return fail(level.error().code, fmt::format("{}: {}", path, level.error().message));
    if (!*level) return {};
  }
}

Result<void> BookSource::fill(std::size_t max) {
  Current& book = *current_;
  while (!book.is_read && book.unconfirmed.size() < max) {
    const auto level = book.reader.next();
    if (!level) {
      // It was sound a moment ago: from its beginning again, at the next try.
      Error error{ErrorCode::kStorage,
                  fmt::format("{}: {}", path_of(options_.data_dir, book.waiting.dump), level.error().message)};
      current_.reset();
      return std::unexpected(std::move(error));
    }
    if (*level) book.unconfirmed.push_back(row_of(**level, book.reader.head()));
    book.is_read = !level->has_value();
  }
  return {};
}

Result<void> BookSource::advance(std::int64_t change) {
  ACTS_ASSERT(current_ && change > confirmed_);
  std::vector<MinuteRow>& rows = current_->unconfirmed;
  const std::int64_t count = change - confirmed_;
  ACTS_ASSERT(count <= static_cast<std::int64_t>(rows.size()));
  rows.erase(rows.begin(), rows.begin() + count);
  confirmed_ = change;
  return rows.empty() && current_->is_read ? finish() : Result<void>();
}

Result<void> BookSource::finish() {
  auto moved = outbox_->advance(current_->waiting.change);
  if (moved) current_.reset();
  return moved;
}

Result<void> BookSource::set_aside(const MinuteRow& row, std::int64_t /*change*/, std::string_view reason) {
  ACTS_ASSERT(current_.has_value());
  if (++current_->refused == kMostRefused) {
    current_->is_read = true;
    const auto kept = outbox_->set_aside(
        current_->waiting.dump, "", "",
        fmt::format("{} of its levels were refused, the rest is not sent; the last one: {}", kMostRefused, reason));
    if (!kept) return kept;
  }
  return outbox_->set_aside(current_->waiting.dump, std::get<std::string>(row.values[index_of(BookColumn::kSide)]),
                            to_string(std::get<Decimal>(row.values[index_of(BookColumn::kPrice)])), reason);
}

}  // namespace acts
