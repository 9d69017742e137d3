"""A lazy load whose row meets one object at two places, each with a selectin load of its own."""

from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import Session, declarative_base, lazyload, relationship

Base = declarative_base()


class Node(Base):
    __tablename__ = "nodes"
    id = Column(Integer, primary_key=True)
    parent_id = Column(ForeignKey("nodes.id"))
    friend_id = Column(ForeignKey("nodes.id"))
    children = relationship("Node", foreign_keys=[parent_id], order_by="Node.id")
    friend = relationship(
        "Node", foreign_keys=[friend_id], remote_side=[id], lazy="joined", join_depth=1
    )
    tags = relationship("Tag", lazy="selectin")


class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    node_id = Column(ForeignKey("nodes.id"))


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
session.add_all([Node(id=1), Node(id=2, parent_id=1, friend_id=4)])
session.add_all([Node(id=3, parent_id=1, friend_id=2), Node(id=4, parent_id=1)])
session.add_all([Tag(id=1, node_id=2), Tag(id=2, node_id=3), Tag(id=3, node_id=4)])
session.commit()
session.close()

root = session.query(Node).options(lazyload(Node.friend)).get(1)
for child in root.children:
    print(child.id, [tag.id for tag in child.tags])
