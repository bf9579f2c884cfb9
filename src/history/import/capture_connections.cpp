#include "history/import/capture_connections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace acts::history {

Result<void> CaptureConnections::open(std::string_view name, std::string_view url, std::uint64_t place) {
  if (name.size() > kMostNameBytes) {
    return fail(ErrorCode::kBadInput, fmt::format("its conn is longer than {} bytes", kMostNameBytes));
  }
  if (url.size() > kMostUrlBytes) {
    return fail(ErrorCode::kBadInput, fmt::format("its addr is longer than {} bytes", kMostUrlBytes));
  }
  if (const auto known = open_.find(name); known != open_.end()) {
    close(known);
  } else if (open_.size() == kMost) {
    close_longest_silent();
  }
  open_.emplace(name, Open{.connection = {.url = std::string(url)}, .heard_at = place});
  return {};
}

Result<void> CaptureConnections::open_unless_known(std::string_view name, std::string_view url, std::uint64_t place) {
  return open_.contains(name) ? Result<void>() : open(name, url, place);
}

CaptureConnection* CaptureConnections::hear(std::string_view name, std::uint64_t place) {
  if (heard_ != nullptr) count_books(*heard_);
  const auto known = open_.find(name);
  heard_ = known == open_.end() ? nullptr : &known->second;
  if (heard_ == nullptr) return nullptr;
  heard_->heard_at = place;
  heard_->connection.books_left = kMostBooks - books_;
  return &heard_->connection;
}

std::optional<std::int64_t> CaptureConnections::heard_ns(std::string_view name) const {
  const auto known = open_.find(name);
  return known == open_.end() ? std::nullopt : std::optional(known->second.connection.heard_ns);
}

void CaptureConnections::close_all() {
  open_.clear();
  heard_ = nullptr;
  books_ = 0;
}

void CaptureConnections::count_books(Open& open) {
  const std::size_t books = open.connection.last_updates.size();
  books_ += books - open.books;
  open.books = books;
}

void CaptureConnections::close(ByName::iterator open) {
  if (heard_ == &open->second) heard_ = nullptr;
  books_ -= open->second.books;
  open_.erase(open);
}

void CaptureConnections::close_longest_silent() {
  close(std::ranges::min_element(open_, {}, [](const auto& open) { return open.second.heard_at; }));
}

}  // namespace acts::history
