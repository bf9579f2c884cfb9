#include "history/archive/bucket_listing.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "acts/base/assert.hpp"

#include "binance/error_text.hpp"
#include "binance/url_text.hpp"

namespace acts::history::archive {
namespace {

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

// What expat calls back; one page.
class Reader {
 public:
  explicit Reader(std::string_view prefix) : prefix_(prefix), parser_(XML_ParserCreate(nullptr)) {
    ACTS_ASSERT(parser_ != nullptr);  // it fails for lack of memory only
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &Reader::on_start, &Reader::on_end);
    XML_SetCharacterDataHandler(parser_.get(), &Reader::on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &Reader::on_doctype);
  }

  Result<ListingPage> read(std::string_view xml) {
    const bool parsed = XML_Parse(parser_.get(), xml.data(), static_cast<int>(xml.size()), 1) == XML_STATUS_OK;
    if (problem_.empty() && !parsed) problem_ = XML_ErrorString(XML_GetErrorCode(parser_.get()));
    if (problem_.empty() && !is_listing_) problem_ = "it is no ListBucketResult";
    if (problem_.empty()) finish();
    if (problem_.empty()) return std::move(page_);
    if (!is_listing_) {
      return fail(ErrorCode::kUsage, fmt::format("what it answers for '{}' is no listing: {}", prefix_, problem_));
    }
    return fail(ErrorCode::kBadInput,
                fmt::format("the archive's listing of '{}' cannot be read: {}", prefix_, problem_));
  }

 private:
  static Reader& self(void* reader) { return *static_cast<Reader*>(reader); }
  static void on_start(void* reader, const XML_Char* name, const XML_Char**) { self(reader).start(name); }
  static void on_end(void* reader, const XML_Char*) { self(reader).end(); }
  static void on_text(void* reader, const XML_Char* text, int size) {
    if (self(reader).path_.size() <= kDeepest) self(reader).text_.append(text, static_cast<std::size_t>(size));
  }
  static void on_doctype(void* reader, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    self(reader).refuse("it has a document type");
  }

  void refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  void start(std::string_view name) {
    if (path_.size() == kDeepest + 1) return refuse("it is nested too deep");
    if (path_.empty()) is_listing_ = name == "ListBucketResult";
    path_.emplace_back(name);
    text_.clear();
    if (is_at("Contents")) object_ = {};
  }

  void end() {
    if (is_at("Contents", "Key")) object_.key = text_;
    if (is_at("Contents", "Size")) take_size();
    if (is_at("Contents", "ETag")) etag_ = text_;
    if (is_at("Contents", "LastModified")) modified_ = text_;
    if (is_at("Contents")) {
      object_.version = etag_.empty() && modified_.empty() ? "" : fmt::format("{} {}", etag_, modified_);
      page_.objects.push_back(std::move(object_));
      etag_.clear();
      modified_.clear();
    }
    if (is_at("CommonPrefixes", "Prefix")) page_.folders.push_back(text_);
    if (is_at("IsTruncated")) is_truncated_ = text_ == "true";
    if (is_at("NextMarker")) page_.next_marker = text_;
    path_.pop_back();
    text_.clear();
  }

  void take_size() {
    const char* const last = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data(), last, object_.bytes);
    if (error != std::errc{} || stop != last) refuse(fmt::format("'{}' is no size", binance::one_line(text_)));
  }

  [[nodiscard]] bool is_at(std::string_view element) const { return path_.size() == 2 && path_[1] == element; }
  [[nodiscard]] bool is_at(std::string_view element, std::string_view inner) const {
    return path_.size() == 3 && path_[1] == element && path_[2] == inner;
  }

  // Without a delimiter there is no NextMarker: it is the last key then.
  void finish() {
    const auto is_foreign = [this](const std::string& key) { return !key.starts_with(prefix_); };
    if (std::ranges::any_of(page_.folders, is_foreign) ||
        std::ranges::any_of(page_.objects, is_foreign, &ListedObject::key)) {
      problem_ = "it lists what was not asked for";
      return;
    }
    if (!is_truncated_) {
      page_.next_marker.clear();
    } else if (page_.next_marker.empty()) {
      if (!page_.objects.empty()) page_.next_marker = page_.objects.back().key;
      if (!page_.folders.empty()) page_.next_marker = std::max(page_.next_marker, page_.folders.back());
      if (page_.next_marker.empty()) problem_ = "it goes on, and does not say where";
    }
  }

  static constexpr std::size_t kDeepest = 4;  // Contents/Owner/ID below the root

  std::string_view prefix_;
  std::unique_ptr<XML_ParserStruct, FreeParser> parser_;
  ListingPage page_;
  ListedObject object_;
  std::string etag_;
  std::string modified_;
  std::vector<std::string> path_;
  std::string text_;
  std::string problem_;
  bool is_listing_ = false;
  bool is_truncated_ = false;
};

}  // namespace

Result<ListingPage> parse_listing(std::string_view xml, std::string_view prefix) {
  if (xml.size() > kMostListingBytes) {
    return fail(ErrorCode::kBadInput, fmt::format("the archive's listing of '{}' has {} bytes, more than {}", prefix,
                                                  xml.size(), kMostListingBytes));
  }
  return Reader(prefix).read(xml);
}

std::string listing_query(std::string_view prefix, std::string_view marker) {
  std::string query = "?delimiter=/&prefix=";
  binance::append_percent_encoded(query, prefix, "/");
  if (marker.empty()) return query;
  query += "&marker=";
  binance::append_percent_encoded(query, marker, "/");
  return query;
}

}  // namespace acts::history::archive
