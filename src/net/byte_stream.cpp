#include "net/byte_stream.hpp"

#include <boost/asio/post.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace acts {
namespace {

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(tcp::socket socket) : ByteStream(std::move(socket)) {}

 private:
  void raw_read(asio::mutable_buffer buffer, Completion done) override {
    socket().async_read_some(buffer, std::move(done));
  }
  void raw_write(const WriteBuffers& buffers, Completion done) override {
    socket().async_write_some(buffers, std::move(done));
  }
};

}  // namespace

void ByteStream::set_read_buffer(std::size_t bytes) {
  if (bytes > buffer_.size()) buffer_.resize(bytes);
}

void ByteStream::unread(std::string_view bytes) {
  std::vector<char> all(bytes.begin(), bytes.end());
  all.insert(all.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(buffer_begin_),
             buffer_.begin() + static_cast<std::ptrdiff_t>(buffer_end_));
  const std::size_t count = all.size();
  all.resize(std::max(count, buffer_.size()));
  buffer_ = std::move(all);
  buffer_begin_ = 0;
  buffer_end_ = count;
}

std::size_t ByteStream::take_buffered(const ReadBuffers& buffers) {
  const std::size_t taken =
      asio::buffer_copy(buffers, asio::buffer(buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_));
  buffer_begin_ += taken;
  return taken;
}

void ByteStream::note_read(asio::mutable_buffer buffer, std::size_t bytes) {
  last_read_ = std::chrono::steady_clock::now();
  if (filter_) filter_({static_cast<char*>(buffer.data()), bytes});
}

void ByteStream::read_into(asio::mutable_buffer buffer, Completion done) {
  raw_read(buffer, [this, buffer, done = std::move(done)](error_code error, std::size_t bytes) mutable {
    if (is_stalled_ && !error) return read_into(buffer, std::move(done));
    note_read(buffer, bytes);
    done(error, bytes);
  });
}

void ByteStream::read(const ReadBuffers& buffers, Completion done) {
  if (is_stalled_) buffer_begin_ = buffer_end_;
  if (buffer_begin_ != buffer_end_ || buffers[0].size() == 0) {
    const std::size_t taken = take_buffered(buffers);
    asio::post(socket_.get_executor(), [done = std::move(done), taken]() mutable { done(error_code{}, taken); });
    return;
  }
  if (buffers[0].size() >= buffer_.size()) {
    read_into(buffers[0], std::move(done));
    return;
  }
  read_into(asio::buffer(buffer_),
            [this, buffers, done = std::move(done)](error_code error, std::size_t bytes) mutable {
              buffer_begin_ = 0;
              buffer_end_ = bytes;
              done(error, take_buffered(buffers));
            });
}

void ByteStream::write(const WriteBuffers& buffers, Completion done) {
  if (is_stalled_ && socket_.is_open()) {
    stalled_write_ = std::move(done);
    return;
  }
  raw_write(buffers, std::move(done));
}

void ByteStream::close() {
  error_code ignored;
  socket_.close(ignored);
  if (!stalled_write_) return;
  asio::post(socket_.get_executor(),
             [done = std::move(stalled_write_)]() mutable { done(asio::error::operation_aborted, 0); });
}

void ByteStream::reset() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void ByteStream::finish(Completion done) {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  drain_limit_ = std::make_shared<asio::steady_timer>(socket_.get_executor(), kFinishTime);
  drain_limit_->async_wait([this, alive = std::weak_ptr(drain_limit_)](const error_code& error) {
    if (!error && !alive.expired()) close();
  });
  set_read_buffer(4096);
  drain(std::move(done));
}

void ByteStream::drain(Completion done) {
  // Below TLS: what comes is not looked at. The loop holds `done`, not the stream, which `done` may keep: with the loop
  // both end.
  auto drained = [this, done = std::move(done)](error_code error, std::size_t bytes) mutable {
    drained_ += bytes;
    if (!error && drained_ < kMaxDrained) return drain(std::move(done));
    drain_limit_.reset();
    close();
    // Whoever waited may let go of the stream.
    done(error_code{}, drained_);
  };
  socket_.async_read_some(asio::buffer(buffer_), std::move(drained));
}

bool ByteStream::has_unread() {
  if (buffer_begin_ != buffer_end_) return true;
  char byte = 0;
  return socket_.is_open() && ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

bool ByteStream::is_alive() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

void beast_close_socket(ByteStream& stream) { stream.close(); }

std::shared_ptr<ByteStream> make_plain_stream(tcp::socket socket) {
  return std::make_shared<PlainStream>(std::move(socket));
}

}  // namespace acts
