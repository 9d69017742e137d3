"""any() and has() inside each other, where a class refers to itself: which alias stands where."""

from sqlalchemy import Column, ForeignKey, Integer, String, and_
from sqlalchemy.orm import Session, aliased, declarative_base, relationship

Base = declarative_base()


class Node(Base):
    __tablename__ = "nodes"
    id = Column(Integer, primary_key=True)
    label = Column(String)
    parent_id = Column(ForeignKey("nodes.id"))
    children = relationship("Node", back_populates="parent")
    parent = relationship("Node", back_populates="children", remote_side=[id])


class T(Base):
    __tablename__ = "ts"
    id = Column(Integer, primary_key=True)
    node_id = Column(ForeignKey("nodes.id"))
    node = relationship(Node, backref="ts")


s = Session()


def show(q):
    try:
        print(str(q))
    except Exception as e:
        print(type(e).__name__, e)
    print("--")


p = aliased(Node, name="p")
p2 = aliased(Node, name="p_2")
N = Node
show(s.query(N).filter(N.parent.has(N.children.any())))
show(s.query(N).filter(N.parent.has(N.parent.has())))
show(s.query(N).filter(N.parent.has(N.children.any(N.label == "x"))))
show(s.query(N).filter(N.children.any(N.children.any(N.children.any(N.label == "x")))))
show(s.query(p).filter(p.parent.has(p.children.any())))
show(s.query(p).filter(p.parent.has(N.children.any())))
show(s.query(p).filter(p.parent.of_type(p2).has(p2.children.any())))
show(s.query(p).filter(p.parent.of_type(p2).has(p2.children.any(N.label == "x"))))
show(s.query(p).filter(p.parent.has(N.parent.has(N.label == "x"))))
show(s.query(p).filter(p.parent.has(p2.parent.has(N.label == "x"))))
show(s.query(N).join(p, N.parent).filter(p.parent.has(p.children.any(p.label == "y"))))
show(s.query(N).filter(N.parent.of_type(p).has(p.children.of_type(p2).any(p2.label == "y"))))
show(s.query(N).filter(N.parent.of_type(p).has(p.parent.of_type(p2).has(p2.label == p.label))))
show(s.query(N).filter(N.parent.has(and_(N.label == "a", N.children.any(N.label == "b")))))
show(s.query(N).filter(N.parent.has(N.ts.any(T.node.has(N.label == "b")))))
show(s.query(T).filter(T.node.has(N.parent.has(N.children.any()))))
show(s.query(T).filter(T.node.of_type(p).has(p.parent.has(p.children.any()))))
show(s.query(T).filter(T.node.of_type(p).has(p.parent.has(N.children.any()))))
show(s.query(N).filter(N.parent.has(~N.children.any())))
show(s.query(N).filter(N.children.any(N.parent == None)))
show(s.query(N).filter(N.children.any(N.parent == Node(id=3))))
show(s.query(N).filter(N.parent.has(N.children.contains(Node(id=3)))))
show(s.query(p).filter(p.children.any(p.parent == Node(id=3))))
show(s.query(p).filter(p.children.any(N.parent.has(N.id == p.id))))
show(s.query(N).filter(N.id.in_(s.query(p.id).filter(p.parent.has(p.children.any())))))
show(s.query(N).filter(p.parent.has(N.parent.has())))
show(s.query(p2).filter(p2.parent.of_type(p).has(p2.children.any())))
show(s.query(p2).filter(p2.parent.of_type(p).has(p.children.of_type(p2).any())))
show(s.query(p).filter(p.parent.of_type(p2).has(N.children.any())))
show(s.query(p).filter(p.parent.has(N.children.of_type(p2).any())))
show(s.query(p).filter(p.parent.has(N.children.of_type(p2).any(p2.id == p.id))))
